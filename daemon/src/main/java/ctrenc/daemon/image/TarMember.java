package ctrenc.daemon.image;

import ctrenc.overlay.sys.TimeSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One member of a tar archive. Names are bytes, as the archive has them. {@code size} is the file's
 * own, {@code runs} are the ranges of it that hold data, in the order in which the archive stores
 * them.
 */
@SuppressWarnings("ArrayRecordComponent") // Names are compared by nobody.
record TarMember(
    byte[] name,
    Kind kind,
    byte[] linkTarget,
    int mode,
    int uid,
    int gid,
    TimeSpec accessed,
    TimeSpec modified,
    int deviceMajor,
    int deviceMinor,
    long size,
    List<Run> runs,
    List<Attribute> attributes) {

  /** What a member is. */
  enum Kind {
    FILE,
    HARD_LINK,
    SYMLINK,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    DIRECTORY,
    FIFO
  }

  /** A range of a file that holds data, in bytes. */
  record Run(long offset, long length) {}

  /** An extended attribute. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Attribute(byte[] name, byte[] value) {}

  /** For messages. */
  String shownName() {
    return new String(name, StandardCharsets.UTF_8);
  }
}
