package ctrenc.e2e.bench;

import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.fuse.KeepAwake;
import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.fuse.kernel.KernelTransport;
import ctrenc.overlay.fuse.uring.UringTransport;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.StoreDirectory;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Serves an empty root by each transport, out of one store, in a process of its own, until its
 * standard input ends. Arguments: whether idle processors are kept awake, and a directory. Prints
 * where each root is.
 */
public final class TransportServer {

  private TransportServer() {}

  public static void main(String[] args) throws IOException {
    KeepAwake keepAwake = KeepAwake.valueOf(args[0]);
    Path home = Path.of(args[1]);
    List<Mount> mounts = new ArrayList<>();
    List<FileSystem> fileSystems = new ArrayList<>();
    try (Store store =
        StoreDirectory.open(home.resolve("state"), finding -> {}, SecretMemory.plain())) {
      try {
        for (Transport transport :
            List.of(new KernelTransport(0, keepAwake), new UringTransport(0, keepAwake))) {
          String name = "root" + mounts.size();
          FileSystem fileSystem =
              store
                  .subvolumes()
                  .open(store.subvolumes().create(name, new Base.Empty(), List.of()).id());
          fileSystems.add(fileSystem);
          Path directory = Files.createDirectory(home.resolve(name));
          mounts.add(transport.mount(fileSystem, directory, MountOptions.of(name)));
          System.out.println(directory);
        }
        System.in.transferTo(System.err);
      } finally {
        for (Mount mount : mounts) {
          mount.close();
        }
        fileSystems.forEach(FileSystem::close);
      }
    }
    System.exit(0);
  }
}
