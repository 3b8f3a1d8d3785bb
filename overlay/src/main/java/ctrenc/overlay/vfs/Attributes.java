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

  private static final int BLOCK = 512;

  /** The same under another number. */
  public Attributes withInode(long number) {
    return new Attributes(
        number, size, blocks, accessed, modified, changed, born, mode, links, uid, gid, rdev);
  }

  /** The same, but dense and of another size. */
  public Attributes withSize(long otherSize) {
    long otherBlocks = (otherSize + BLOCK - 1) / BLOCK;
    return new Attributes(
        inode,
        otherSize,
        otherBlocks,
        accessed,
        modified,
        changed,
        born,
        mode,
        links,
        uid,
        gid,
        rdev);
  }

  public boolean isDirectory() {
    return FileMode.isDirectory(mode);
  }
}
