package ctrenc.overlay.vfs;

/**
 * An opened handle: {@code keepCache} tells the kernel that pages it holds of this inode are still
 * true.
 */
public record OpenFile(long handle, boolean keepCache) {}
