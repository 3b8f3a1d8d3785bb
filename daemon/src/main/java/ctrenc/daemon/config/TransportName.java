package ctrenc.daemon.config;

import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.fuse.kernel.KernelTransport;
import ctrenc.overlay.fuse.uring.UringTransport;
import java.io.IOException;
import java.util.Locale;

/** How the kernel's requests for roots come. */
public enum TransportName {
  /** As is best on most hosts: {@link #KERNEL}. */
  AUTO,
  /** By /dev/fuse. */
  KERNEL,
  /** By io_uring, where the host's administrator has switched it on. */
  URING;

  /** The name of what is in force, as status tells it. */
  public String effective() {
    return (this == AUTO ? KERNEL : this).name().toLowerCase(Locale.ROOT);
  }

  /** False where the kernel does not give requests in work to a daemon that follows. */
  public boolean outlivesTheDaemon() {
    return this != URING;
  }

  /**
   * The transport of this name, served by {@code workers} threads.
   *
   * @throws IOException with one sentence that says what to do, where this host does not have it
   */
  public Transport open(int workers) throws IOException {
    return switch (this) {
      case AUTO, KERNEL -> new KernelTransport(workers);
      case URING -> new UringTransport(workers);
    };
  }
}
