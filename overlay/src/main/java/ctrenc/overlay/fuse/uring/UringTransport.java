package ctrenc.overlay.fuse.uring;

import ctrenc.overlay.fuse.KeepAwake;
import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.fuse.kernel.KernelTransport;
import ctrenc.overlay.fuse.kernel.Vigil;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Mounts and serves filesystems by the kernel's own protocol, with requests by io_uring: one system
 * call each, on the processor of the caller. Needs root, Linux 6.14, and an administrator who
 * switched it on.
 */
public final class UringTransport implements Transport, AutoCloseable {

  private final KernelTransport transport;

  /**
   * Serves by {@code workers} threads; 0 for one for each processor, at least two.
   *
   * @throws IOException with one sentence that says what to do, where this host cannot
   */
  public UringTransport(int workers, KeepAwake keepAwake) throws IOException {
    RingSupport.require();
    int count = KernelTransport.usual(workers);
    Optional<Vigil> vigil = Vigil.over(keepAwake);
    transport = KernelTransport.with(new RingPath(count, vigil), count, vigil);
  }

  @Override
  public Mount mount(FileSystem fileSystem, Path directory, MountOptions options)
      throws IOException {
    return transport.mount(fileSystem, directory, options);
  }

  /** Requests that came by the device alone; a ring's own memory goes with its mount. */
  @Override
  public void wipe() throws IOException {
    transport.wipe();
  }

  /** Ends the threads. Mounts must have ended before. */
  @Override
  public void close() throws IOException {
    transport.close();
  }
}
