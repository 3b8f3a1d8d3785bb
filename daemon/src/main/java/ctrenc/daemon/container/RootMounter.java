package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.daemon.config.Directories;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.ring.RootMemory;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.overlay.subvolume.Subvolumes;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Shows roots and takes them down. Every method is called with the container's guard held, but for
 * {@link #unlock}.
 */
final class RootMounter {

  private final Subvolumes subvolumes;
  private final Transport transport;
  private final Directories directories;
  private final MachineUnlocking unlocking;
  private final EventFeed events;
  private final CacheMode usualCache;
  private final RootKeeping keeping;

  RootMounter(
      Subvolumes subvolumes,
      Transport transport,
      Directories directories,
      MachineUnlocking unlocking,
      EventFeed events,
      CacheMode usualCache,
      RootKeeping keeping) {
    this.subvolumes = subvolumes;
    this.transport = transport;
    this.directories = directories;
    this.unlocking = unlocking;
    this.events = events;
    this.usualCache = usualCache;
    this.keeping = keeping;
  }

  /**
   * Mounts the root, which is unlocked, at its own place. Does nothing where it is mounted.
   *
   * @throws RefusedException if it is locked
   */
  @GuardedBy("container.guard")
  Path show(ManagedContainer container) throws IOException {
    if (container.root.isPresent()) {
      requireNotDraining(container);
      return container.root.get().mount().directory();
    }
    requireNotDraining(container);
    requireUnlocked(container);
    MountedRoot.requireDevice();
    Path directory = Files.createDirectories(directories.root(container.id()));
    try {
      Optional<RootMemory> memory = keeping.memory();
      MountOptions options = options(container).with(memory);
      open(container, memory, fileSystem -> transport.mount(fileSystem, directory, options));
    } finally {
      if (container.root.isEmpty()) {
        Files.deleteIfExists(directory);
      }
    }
    events.tell("mounted", container.id(), Map.of("path", directory.toString()));
    return directory;
  }

  /**
   * Goes on showing a root that an earlier daemon showed. Whoever uses it has waited, and notices
   * nothing else.
   */
  @GuardedBy("container.guard")
  void goOn(ManagedContainer container, RootKeeping.Left left) throws IOException {
    unlock(container);
    Path directory = directories.root(container.id());
    Optional<RootMemory> memory = Optional.of(RootMemory.recover(left.memory()));
    MountOptions options = options(container).with(memory);
    open(
        container,
        memory,
        fileSystem -> transport.resume(fileSystem, directory, options, left.mount()));
    container.boundAt.addAll(FurtherPlaces.of(container.root.orElseThrow().mount()));
  }

  /** Opens a root's filesystem and shows it; where that fails, it is closed. */
  @GuardedBy("container.guard")
  private void open(ManagedContainer container, Optional<RootMemory> memory, Showing showing)
      throws IOException {
    Optional<FileSystem> opened = Optional.empty();
    try {
      FileSystem fileSystem = subvolumes.open(container.identity.subvolume(), memory);
      opened = Optional.of(fileSystem);
      Mount mount = showing.show(fileSystem);
      container.root = Optional.of(new MountedRoot(fileSystem, mount, options(container).cache()));
      if (memory.isPresent()) {
        keeping.keep(container, mount, memory.get());
      }
    } finally {
      if (container.root.isEmpty()) {
        opened.ifPresent(FileSystem::close);
        memory.ifPresent(RootKeeping::close);
      }
    }
  }

  /** Makes a filesystem visible. */
  @FunctionalInterface
  private interface Showing {
    Mount show(FileSystem fileSystem) throws IOException;
  }

  /** The label is how a later daemon, and an administrator, knows whose mount it is. */
  private MountOptions options(ManagedContainer container) {
    return MountOptions.of("ctr-enc:" + container.id())
        .withCache(CacheModes.wanted(container.identity.spec().getCache(), usualCache));
  }

  /**
   * Brings the keys into memory, by what the machine has, where they are not. The TPM may take its
   * time for that, so nobody who waits for the guard is to wait for this.
   */
  void unlock(ManagedContainer container) throws IOException {
    container.guard.lock();
    try {
      requireNotDraining(container);
    } finally {
      container.guard.unlock();
    }
    if (!isUnlocked(container)) {
      unlocking.unlock(container.identity.subvolume(), container.identity.name());
    }
  }

  private boolean isUnlocked(ManagedContainer container) throws RefusedException {
    return subvolumes
        .find(container.identity.subvolume().toString())
        .map(SubvolumeInfo::unlocked)
        .orElseThrow(
            () ->
                RefusedException.absent(
                    "The root of the container "
                        + container.identity.name()
                        + " is gone from the store."));
  }

  /** For what begins with {@link #unlock}: somebody may have locked the root since. */
  void requireUnlocked(ManagedContainer container) throws RefusedException {
    if (!isUnlocked(container)) {
      throw RefusedException.conflict(
          "The root of %s was locked meanwhile: try again.".formatted(container.identity.name()));
    }
  }

  @GuardedBy("container.guard")
  private static void requireNotDraining(ManagedContainer container) throws RefusedException {
    if (container.isDraining) {
      String name = container.identity.name();
      throw RefusedException.conflict(
          "The root of "
              + name
              + " is being locked: end those who use it and lock it again, or say 'ctr-enc unlock "
              + name
              + "' to go on.");
    }
  }

  /** Binds the shown root to one more place. */
  @GuardedBy("container.guard")
  void bind(ManagedContainer container, Path target) throws IOException {
    show(container);
    MountedRoot.requireMountPoint(target, directories);
    if (container.boundAt.contains(target)) {
      return;
    }
    container.root.orElseThrow().bind(target);
    container.boundAt.add(target);
    events.tell("mounted", container.id(), Map.of("path", target.toString()));
  }

  /**
   * Takes every place away where the root is shown; contents stay. Does nothing where it is not
   * shown.
   */
  @GuardedBy("container.guard")
  void takeDown(ManagedContainer container) throws IOException {
    hide(container, MountedRoot::takeDown);
  }

  /**
   * Takes every place away where the root is shown, and leaves those who use it with a filesystem
   * that answers ENOKEY.
   */
  @GuardedBy("container.guard")
  void leave(ManagedContainer container) throws IOException {
    hide(container, MountedRoot::leave);
  }

  @GuardedBy("container.guard")
  private void hide(ManagedContainer container, Hiding hiding) throws IOException {
    unbind(container);
    if (container.root.isEmpty()) {
      return;
    }
    MountedRoot shown = container.root.get();
    container.root = Optional.empty();
    try {
      hiding.hide(shown);
    } finally {
      keeping.letGo(container);
    }
    events.tell("unmounted", container.id(), Map.of());
  }

  /** Makes a shown root invisible. */
  @FunctionalInterface
  private interface Hiding {
    void hide(MountedRoot root) throws IOException;
  }

  @GuardedBy("container.guard")
  private static void unbind(ManagedContainer container) {
    MountedRoot.unbind(container.boundAt);
    container.boundAt.clear();
  }
}
