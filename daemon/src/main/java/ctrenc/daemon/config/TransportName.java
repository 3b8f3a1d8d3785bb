package ctrenc.daemon.config;

import ctrenc.overlay.fuse.KeepAwake;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.fuse.jnr.JnrTransport;
import ctrenc.overlay.fuse.kernel.KernelTransport;
import ctrenc.overlay.fuse.uring.UringTransport;
import java.io.IOException;
import java.util.Locale;

/** How the kernel's requests for roots come. */
public enum TransportName {
  /** As is best where it works: {@link #KERNEL}, else {@link #JNR}. */
  AUTO,
  /** By /dev/fuse. */
  KERNEL,
  /** By io_uring, where the host's administrator has switched it on. */
  URING,
  /** By libfuse 2, where /dev/fuse cannot be opened raw. */
  JNR;

  /** What is chosen on this host. */
  public TransportName chosen() {
    if (this != AUTO) {
      return this;
    }
    // Without the device neither works, and the kernel's own transport says so best.
    return KernelTransport.isPossible() || !KernelTransport.hasDevice() ? KERNEL : JNR;
  }

  /** As status tells it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** False where what is in work, or the mount itself, cannot be taken over by another daemon. */
  public boolean outlivesTheDaemon() {
    return this == AUTO || this == KERNEL;
  }

  /**
   * The transport of this name, served by {@code workers} threads, where it lets that be chosen.
   *
   * @throws IOException with one sentence that says what to do, where this host does not have it
   */
  public Transport open(int workers, KeepAwake keepAwake) throws IOException {
    return switch (chosen()) {
      case AUTO, KERNEL -> new KernelTransport(workers, keepAwake);
      case URING -> new UringTransport(workers, keepAwake);
      case JNR -> new JnrTransport();
    };
  }
}
