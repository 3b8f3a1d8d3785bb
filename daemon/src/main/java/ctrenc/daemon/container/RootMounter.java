package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.crypto.protector.Protector;
import ctrenc.daemon.config.Directories;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.overlay.subvolume.Subvolumes;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.Mounts;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shows roots and takes them down. Every method is called with the container's guard held. */
final class RootMounter {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Subvolumes subvolumes;
  private final Transport transport;
  private final Directories directories;
  private final Protector machineKey;
  private final EventFeed events;
  private final CacheMode usualCache;

  RootMounter(
      Subvolumes subvolumes,
      Transport transport,
      Directories directories,
      Protector machineKey,
      EventFeed events,
      CacheMode usualCache) {
    this.subvolumes = subvolumes;
    this.transport = transport;
    this.directories = directories;
    this.machineKey = machineKey;
    this.events = events;
    this.usualCache = usualCache;
  }

  /**
   * Mounts the root at its own place, unlocked by the machine key where it is locked. Does nothing
   * where it is mounted.
   */
  @GuardedBy("container.guard")
  Path show(ManagedContainer container) throws IOException {
    if (container.root.isPresent()) {
      return container.root.get().mount().directory();
    }
    unlock(container);
    Path directory = Files.createDirectories(directories.root(container.id()));
    FileSystem fileSystem = subvolumes.open(container.identity.subvolume());
    try {
      MountOptions options = options(container);
      Mount mount = transport.mount(fileSystem, directory, options);
      container.root = Optional.of(new MountedRoot(fileSystem, mount, options.cache()));
    } finally {
      if (container.root.isEmpty()) {
        fileSystem.close();
        Files.deleteIfExists(directory);
      }
    }
    events.tell("mounted", container.id(), Map.of("path", directory.toString()));
    return directory;
  }

  /** The label is how a later daemon, and an administrator, knows whose mount it is. */
  private MountOptions options(ManagedContainer container) {
    return MountOptions.of("ctr-enc:" + container.id())
        .withCache(CacheModes.wanted(container.identity.spec().getCache(), usualCache));
  }

  /** Brings the keys into memory, by the machine key, where they are not. */
  void unlock(ManagedContainer container) throws IOException {
    boolean isUnlocked =
        subvolumes
            .find(container.identity.subvolume().toString())
            .map(SubvolumeInfo::unlocked)
            .orElseThrow(
                () ->
                    RefusedException.absent(
                        "The root of the container "
                            + container.identity.name()
                            + " is gone from the store."));
    if (!isUnlocked) {
      subvolumes.unlock(container.identity.subvolume(), List.of(machineKey));
    }
  }

  /** Binds the shown root to one more place. */
  @GuardedBy("container.guard")
  void bind(ManagedContainer container, Path target) throws IOException {
    Path root = show(container);
    if (!target.isAbsolute() || !Files.isDirectory(target)) {
      throw RefusedException.invalid(
          "The mount point " + target + " is not an absolute path of a directory that exists.");
    }
    if (container.boundAt.contains(target)) {
      return;
    }
    Mounts.mount(bytes(root), bytes(target), utf8("none"), Mounts.BIND, new byte[0]);
    container.boundAt.add(target);
    events.tell("mounted", container.id(), Map.of("path", target.toString()));
  }

  /**
   * Takes every place away where the root is shown; contents stay. Does nothing where it is not
   * shown.
   */
  @GuardedBy("container.guard")
  void takeDown(ManagedContainer container) throws IOException {
    for (Path target : List.copyOf(container.boundAt)) {
      MountedRoot.unbind(target);
      container.boundAt.remove(target);
    }
    if (container.root.isEmpty()) {
      return;
    }
    MountedRoot shown = container.root.get();
    container.root = Optional.empty();
    try {
      shown.mount().unmount(PATIENCE);
    } finally {
      shown.fileSystem().close();
    }
    Files.deleteIfExists(directories.root(container.id()));
    events.tell("unmounted", container.id(), Map.of());
  }

  private static byte[] bytes(Path path) {
    return FileOpener.bytesOf(path);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
