package ctrenc.overlay.layer;

import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.util.SortedMap;

/**
 * What one layer says of an inode. A record in a higher layer overrides the whole record of a lower
 * one, extended attributes included; only the bytes of a regular file go on shining through, up to
 * {@code lowerSize}.
 *
 * @param links names that lead here; 0 means that the inode is gone, or lives as an orphan while it
 *     is open
 * @param size bytes of a regular file, length of a link target
 * @param lowerSize how far the bytes of lower layers still show through this layer's gaps; never
 *     above {@code size}
 * @param parent the directory that holds this directory; for other kinds 0
 * @param opaque the directory hides all entries that lower layers have for it
 * @param xattrs extended attributes by full name; immutable
 */
public record InodeRecord(
    int mode,
    int uid,
    int gid,
    int rdev,
    int links,
    long size,
    long lowerSize,
    Timestamp accessed,
    Timestamp modified,
    Timestamp changed,
    Timestamp born,
    long parent,
    boolean opaque,
    Body body,
    SortedMap<Name, byte[]> xattrs) {

  public boolean isDirectory() {
    return FileMode.isDirectory(mode);
  }

  public boolean isRegular() {
    return FileMode.isRegular(mode);
  }

  /** Where a file's content is, beyond the layer's runs. */
  public sealed interface Body {

    /** Nowhere else: a directory, a device, or a file whose bytes are all in runs. */
    record Runs() implements Body {}

    /** The whole content of a small file, at most {@link #SMALL_LIMIT} bytes. */
    record Small(byte[] data) implements Body {}

    /** The target of a symbolic link. */
    record Target(byte[] path) implements Body {}

    /**
     * A file of an image tree on the host; {@code identity} tells whether it is still the file that
     * was indexed.
     */
    record Host(HostFileIdentity identity) implements Body {}
  }

  /** The largest content that lies in the inode's record. */
  public static final int SMALL_LIMIT = 2048;

  public static final Body RUNS = new Body.Runs();
}
