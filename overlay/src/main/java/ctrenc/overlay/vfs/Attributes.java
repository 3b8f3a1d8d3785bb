package ctrenc.overlay.vfs;

/**
 * What stat(2) says of an inode. {@code mode} carries type and permission bits, {@code blocks}
 * counts 512 bytes, {@code rdev} is in the kernel's 32-bit encoding ({@code new_encode_dev}).
 */
public record Attributes(
    long inode,
    long size,
    long blocks,
    Timestamp accessed,
    Timestamp modified,
    Timestamp changed,
    Timestamp born,
    int mode,
    int links,
    int uid,
    int gid,
    int rdev) {

  public boolean isDirectory() {
    return FileMode.isDirectory(mode);
  }
}
