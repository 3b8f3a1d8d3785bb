package ctrenc.overlay.vfs;

/**
 * An opened handle: {@code keepCache} tells the kernel that pages it holds of this inode are still
 * true, {@code direct} that every read and write of this handle is to come at once.
 */
public record OpenFile(long handle, boolean keepCache, boolean direct) {

  public OpenFile(long handle, boolean keepCache) {
    this(handle, keepCache, false);
  }

  public OpenFile asDirect() {
    return new OpenFile(handle, false, true);
  }
}
