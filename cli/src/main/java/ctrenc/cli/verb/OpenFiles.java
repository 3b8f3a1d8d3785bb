package ctrenc.cli.verb;

import ctrenc.cli.io.StandardFiles;
import ctrenc.proto.v1.OpenFile;

/** How a request names a file that this process has open. Stateless. */
final class OpenFiles {
  private OpenFiles() {}

  static OpenFile of(StandardFiles.Open open) {
    return OpenFile.newBuilder()
        .setNumber(open.descriptor())
        .setDevice(open.device())
        .setInode(open.inode())
        .build();
  }
}
