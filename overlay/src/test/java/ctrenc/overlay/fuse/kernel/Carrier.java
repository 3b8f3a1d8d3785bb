package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.fuse.uring.UringTransport;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.Path;

/** How requests come, for contract tests to be the same for every way. */
enum Carrier {
  DEVICE,
  RING;

  /** A transport of so many threads; 0 for the usual number. */
  LiveTransport transport(int workers) throws IOException {
    return switch (this) {
      case DEVICE -> LiveTransport.of(new KernelTransport(workers));
      case RING -> LiveTransport.of(new UringTransport(workers));
    };
  }

  /** A transport, and its end. */
  interface LiveTransport extends AutoCloseable {

    KernelMount mount(FileSystem fileSystem, Path directory, MountOptions options)
        throws IOException;

    @Override
    void close() throws IOException;

    static LiveTransport of(KernelTransport transport) {
      return new LiveTransport() {
        @Override
        public KernelMount mount(FileSystem fileSystem, Path directory, MountOptions options)
            throws IOException {
          return known(transport.mount(fileSystem, directory, options));
        }

        @Override
        public void close() throws IOException {
          transport.close();
        }
      };
    }

    static LiveTransport of(UringTransport transport) {
      return new LiveTransport() {
        @Override
        public KernelMount mount(FileSystem fileSystem, Path directory, MountOptions options)
            throws IOException {
          return known(transport.mount(fileSystem, directory, options));
        }

        @Override
        public void close() throws IOException {
          transport.close();
        }
      };
    }

    private static KernelMount known(Mount mount) {
      return (KernelMount) mount;
    }
  }
}
