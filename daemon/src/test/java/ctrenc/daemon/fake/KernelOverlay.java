package ctrenc.daemon.fake;

import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.Mounts;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Mounts a {@link FakeFileSystem} by the kernel's own overlayfs, on a tmpfs of its own. Needs root.
 */
public final class KernelOverlay implements Transport {

  @Override
  public Mount mount(FileSystem fileSystem, Path directory, MountOptions options)
      throws IOException {
    FakeFileSystem fake = (FakeFileSystem) fileSystem;
    Path parts = Files.createDirectories(fake.upper().resolve("parts"));
    mount("tmpfs", parts, "tmpfs", "mode=755");
    Path upper = Files.createDirectory(parts.resolve("upper"));
    Path work = Files.createDirectory(parts.resolve("work"));
    List<Path> lowers =
        fake.lowers().isEmpty()
            ? List.of(Files.createDirectory(parts.resolve("empty")))
            : fake.lowers();
    String data =
        "lowerdir="
            + lowers.stream().map(Path::toString).collect(Collectors.joining(":"))
            + ",upperdir="
            + upper
            + ",workdir="
            + work;
    mount(options.label(), directory, "overlay", data);
    return new OverlayMount(directory, parts);
  }

  private static void mount(String source, Path target, String type, String data)
      throws IOException {
    Mounts.mount(bytes(source), FileOpener.bytesOf(target), bytes(type), 0, bytes(data));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private record OverlayMount(Path directory, Path parts) implements Mount {

    @Override
    public long connection() {
      return 0;
    }

    @Override
    public boolean isServing() {
      return true;
    }

    @Override
    public void invalidateInode(long inode, long offset, long length) {}

    @Override
    public void invalidateEntry(long parent, Name name) {}

    @Override
    public void leave(Duration patience) throws IOException {
      unmount(patience);
    }

    @Override
    public void unmount(Duration patience) throws IOException {
      Mounts.unmount(FileOpener.bytesOf(directory), Mounts.DETACH);
      Mounts.unmount(FileOpener.bytesOf(parts), Mounts.DETACH);
      Files.delete(parts);
    }

    @Override
    public void close() throws IOException {
      unmount(Duration.ofSeconds(10));
    }
  }
}
