package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.KeepAwake;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.fuse.jnr.JnrTransport;
import ctrenc.overlay.fuse.uring.UringTransport;
import ctrenc.overlay.vfs.FileSystem;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** How requests come, for contract tests to be the same for every way. */
enum Carrier {
  DEVICE,
  RING,
  LIBFUSE;

  /** A transport of so many threads; 0 for the usual number. */
  LiveTransport transport(int workers) throws IOException {
    return switch (this) {
      case DEVICE -> {
        KernelTransport transport = new KernelTransport(workers, KeepAwake.NEVER);
        yield new LiveTransport(transport, transport::close);
      }
      case RING -> {
        UringTransport transport = new UringTransport(workers, KeepAwake.NEVER);
        yield new LiveTransport(transport, transport::close);
      }
      case LIBFUSE -> new LiveTransport(new JnrTransport(), () -> {});
    };
  }

  /**
   * Skips a test of what libfuse 2 cannot express; {@code why} is also in SEMANTICS.md, and what
   * happens instead is in {@link LibfuseSemanticsTest}.
   */
  void assumeNoLibfuse(String why) {
    Assumptions.assumeFalse(this == LIBFUSE, why);
  }

  /** A transport, and its end. */
  record LiveTransport(Transport transport, Closeable end) implements AutoCloseable {

    KernelMount mount(FileSystem fileSystem, Path directory, MountOptions options)
        throws IOException {
      return (KernelMount) transport.mount(fileSystem, directory, options);
    }

    @Override
    public void close() throws IOException {
      end.close();
    }
  }
}
