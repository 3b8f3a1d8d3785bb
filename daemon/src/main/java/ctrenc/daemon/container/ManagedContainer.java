package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.overlay.ring.RootMemory;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.ContainerState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A container as the daemon knows it. What never changes is in {@code identity}; the rest is read
 * and written under {@link #guard}, which is held while its root is mounted or taken down, and
 * never while its process runs.
 */
final class ManagedContainer {

  /**
   * What is fixed when a container is made. {@code base} is what a person calls what lies under its
   * upper.
   */
  record Identity(
      String id,
      String name,
      UUID subvolume,
      String base,
      Optional<UUID> image,
      Instant created,
      ContainerSpec spec) {}

  final Identity identity;
  final ReentrantLock guard = new ReentrantLock();

  @GuardedBy("guard")
  Phase phase = Phase.CREATED;

  @GuardedBy("guard")
  Optional<MountedRoot> root = Optional.empty();

  /** Nobody may begin to use the root; it is locked when those are gone who do. */
  @GuardedBy("guard")
  boolean isDraining;

  /** What of the root outlives this process, while it is shown. */
  @GuardedBy("guard")
  Optional<RootMemory> memory = Optional.empty();

  /** Someone asked for the mount itself, so it stays when the process ends. */
  @GuardedBy("guard")
  boolean isMountWanted;

  @GuardedBy("guard")
  final List<Path> boundAt = new ArrayList<>();

  @GuardedBy("guard")
  List<String> arguments = List.of();

  @GuardedBy("guard")
  int exitCode;

  @GuardedBy("guard")
  Optional<ContainerLog> log = Optional.empty();

  /** Completes when the present run is cleaned up; completed while there is none. */
  @GuardedBy("guard")
  CompletableFuture<Void> ended = CompletableFuture.completedFuture(null);

  ManagedContainer(Identity identity) {
    this.identity = identity;
  }

  String id() {
    return identity.id();
  }

  boolean isRunning() {
    guard.lock();
    try {
      return phase == Phase.RUNNING;
    } finally {
      guard.unlock();
    }
  }

  /** What is shown of it; {@code pid} is 0 where it has no process. */
  Container view(long pid, boolean isUnlocked) {
    guard.lock();
    try {
      return Container.newBuilder()
          .setId(identity.id())
          .setName(identity.name())
          .setBase(identity.base())
          .setState(state(isUnlocked))
          .setRoot(root.map(shown -> shown.mount().directory().toString()).orElse(""))
          .setKeep(identity.spec().getKeep())
          .setCreatedAtMillis(identity.created().toEpochMilli())
          .setPid(pid)
          .setExitCode(exitCode)
          .addAllArgs(arguments)
          .setSubvolume(identity.subvolume().toString())
          .addAllBoundAt(boundAt.stream().map(Path::toString).toList())
          .setCache(root.map(CacheModes::of).orElse(identity.spec().getCache()))
          .setPassthrough(CacheModes.passthrough(root))
          .build();
    } finally {
      guard.unlock();
    }
  }

  @GuardedBy("guard")
  private ContainerState state(boolean isUnlocked) {
    if (isDraining) {
      return ContainerState.CONTAINER_STATE_DRAINING;
    }
    if (!isUnlocked && identity.spec().getKeep()) {
      return ContainerState.CONTAINER_STATE_LOCKED;
    }
    return switch (phase) {
      case CREATED -> ContainerState.CONTAINER_STATE_CREATED;
      case RUNNING, ENDING -> ContainerState.CONTAINER_STATE_RUNNING;
      case EXITED, GONE -> ContainerState.CONTAINER_STATE_EXITED;
    };
  }
}
