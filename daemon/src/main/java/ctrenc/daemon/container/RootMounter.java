package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.crypto.protector.Protector;
import ctrenc.daemon.config.Directories;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.overlay.subvolume.Subvolumes;
import ctrenc.overlay.subvolume.WrongSecretException;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shows roots and takes them down. Every method is called with the container's guard held. */
final class RootMounter {

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
      requireNotDraining(container);
      return container.root.get().mount().directory();
    }
    unlock(container);
    Path directory = Files.createDirectories(directories.root(container.id()));
    FileSystem fileSystem = subvolumes.open(container.identity.subvolume());
    container.root =
        Optional.of(MountedRoot.show(transport, fileSystem, directory, options(container)));
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
    container.guard.lock();
    try {
      requireNotDraining(container);
    } finally {
      container.guard.unlock();
    }
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
    if (isUnlocked) {
      return;
    }
    try {
      subvolumes.unlock(container.identity.subvolume(), List.of(machineKey));
    } catch (WrongSecretException e) {
      String name = container.identity.name();
      throw new RefusedException(
          RefusedException.Kind.CONFLICT,
          "The root of " + name + " is locked: open it with 'ctr-enc unlock " + name + "'.",
          e);
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
    MountedRoot.requireMountPoint(target);
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
    unbind(container);
    if (container.root.isEmpty()) {
      return;
    }
    MountedRoot shown = container.root.get();
    container.root = Optional.empty();
    shown.takeDown();
    events.tell("unmounted", container.id(), Map.of());
  }

  /**
   * Takes every place away where the root is shown, and leaves those who use it with a filesystem
   * that answers ENOKEY.
   */
  @GuardedBy("container.guard")
  void leave(ManagedContainer container) throws IOException {
    unbind(container);
    if (container.root.isEmpty()) {
      return;
    }
    container.root.get().leave();
    container.root = Optional.empty();
    events.tell("unmounted", container.id(), Map.of());
  }

  @GuardedBy("container.guard")
  private static void unbind(ManagedContainer container) {
    for (Path target : List.copyOf(container.boundAt)) {
      MountedRoot.unbind(target);
      container.boundAt.remove(target);
    }
  }
}
