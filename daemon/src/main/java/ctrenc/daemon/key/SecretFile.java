package ctrenc.daemon.key;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What a file that holds a key has to be. Stateless. */
final class SecretFile {

  private static final int OTHERS = 0077;
  private static final int TYPE_MASK = 0170000;
  private static final int REGULAR = 0100000;

  /** Belongs to whom the daemon runs as. */
  private static final byte[] SELF = "/proc/self".getBytes(StandardCharsets.UTF_8);

  private SecretFile() {}

  /**
   * @param what how the sentence for who has to mend it calls the file
   * @throws RefusedException if anybody but the daemon's own user can read it
   */
  static void requirePrivate(String what, Path file) throws IOException {
    FileStatus status = FileStatus.at(Descriptor.WORKING_DIRECTORY, FileOpener.bytesOf(file));
    FileStatus self = FileStatus.following(Descriptor.WORKING_DIRECTORY, SELF);
    boolean isRegular = (status.mode() & TYPE_MASK) == REGULAR;
    boolean isOpenToOthers = (status.mode() & OTHERS) != 0;
    if (!isRegular || isOpenToOthers || status.uid() != self.uid()) {
      throw RefusedException.conflict(
          "The "
              + what
              + " "
              + file
              + " must be a file that its owner alone can read, and the daemon's own: find out who read it, then chmod 0400 and chown it.");
    }
  }
}
