package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.Passthrough;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A mount that threads of this process serve by the kernel's protocol. */
final class KernelMount implements Mount {

  private static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(10);

  private final MountPoint mountPoint;
  private final long connectionNumber;
  private final Notifier notifier;
  private final ServedConnection served;
  private final ImageFiles images;
  private final MountEnd end;

  KernelMount(
      MountPoint mountPoint,
      long connectionNumber,
      Notifier notifier,
      ServedConnection served,
      ImageFiles images) {
    this.mountPoint = mountPoint;
    this.connectionNumber = connectionNumber;
    this.notifier = notifier;
    this.served = served;
    this.images = images;
    end = new MountEnd(mountPoint, connectionNumber, served);
  }

  @Override
  public Path directory() {
    return mountPoint.directory();
  }

  @Override
  public long connection() {
    return connectionNumber;
  }

  /** How many requests of an operation came. */
  long served(Operation operation) {
    return served.served(operation);
  }

  @Override
  public List<Descriptor> descriptors() {
    return served.descriptors();
  }

  @Override
  public boolean isServing() {
    return served.isServed();
  }

  @Override
  public Passthrough passthrough() {
    return images.state();
  }

  @Override
  public void invalidateInode(long inode, long offset, long length) throws IOException {
    notifier.invalidateInode(inode, offset, length);
    notifier.invalidateInode(NodeId.served(inode), offset, length);
  }

  @Override
  public void invalidateEntry(long parent, Name name) throws IOException {
    notifier.invalidateEntry(parent, name);
  }

  @Override
  public void unmount(Duration patience) throws IOException {
    end.unmount(patience);
  }

  @Override
  public void leave(Duration patience) throws IOException {
    end.leave(patience);
  }

  @Override
  public void close() throws IOException {
    unmount(DEFAULT_PATIENCE);
  }
}
