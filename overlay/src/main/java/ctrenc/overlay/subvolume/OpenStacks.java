package ctrenc.overlay.subvolume;

import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The stacks of subvolumes and snapshots that are in use, one of each, and the guards of
 * subvolumes. Thread-safe.
 */
final class OpenStacks {

  /** Opens a stack; {@code closed} has to run when its filesystem is closed. */
  interface Opening {
    OpenStack open(Runnable closed) throws IOException;
  }

  private final Map<UUID, OpenStack> open = new ConcurrentHashMap<>();
  private final Map<UUID, Object> guards = new ConcurrentHashMap<>();

  /**
   * Whatever changes a subvolume or its snapshots as a whole excludes everything else that does.
   */
  Object guard(UUID subvolume) {
    return guards.computeIfAbsent(subvolume, key -> new Object());
  }

  /** Carries out a step while the guards of several are held, the first one's first. */
  void guarded(List<UUID> subvolumes, Step step) throws IOException {
    if (subvolumes.isEmpty()) {
      step.run();
      return;
    }
    synchronized (guard(subvolumes.getFirst())) {
      guarded(subvolumes.subList(1, subvolumes.size()), step);
    }
  }

  void forgetGuard(UUID subvolume) {
    guards.remove(subvolume);
  }

  Optional<OpenStack> find(UUID id) {
    return Optional.ofNullable(open.get(id));
  }

  /** To be called with the subvolume's guard held. */
  FileSystem open(UUID id, Opening opening) throws IOException {
    OpenStack known = open.get(id);
    if (known != null) {
      return known.fileSystem();
    }
    OpenStack opened = opening.open(() -> open.remove(id));
    open.put(id, opened);
    return opened.fileSystem();
  }

  /** Closes what is still open. */
  void closeAll() {
    List.copyOf(open.values()).forEach(stack -> stack.fileSystem().close());
  }
}
