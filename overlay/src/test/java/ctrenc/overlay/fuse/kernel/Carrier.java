package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.fuse.uring.UringTransport;
import ctrenc.overlay.vfs.FileSystem;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** How requests come, for contract tests to be the same for every way. */
enum Carrier {
  DEVICE,
  RING;

  /** A transport of so many threads; 0 for the usual number. */
  LiveTransport transport(int workers) throws IOException {
    return switch (this) {
      case DEVICE -> {
        KernelTransport transport = new KernelTransport(workers);
        yield new LiveTransport(transport, transport::close);
      }
      case RING -> {
        UringTransport transport = new UringTransport(workers);
        yield new LiveTransport(transport, transport::close);
      }
    };
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
