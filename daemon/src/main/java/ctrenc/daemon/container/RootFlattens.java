package ctrenc.daemon.container;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.FlattenInfo;
import ctrenc.overlay.subvolume.Flattens;
import ctrenc.overlay.subvolume.Store;
import ctrenc.proto.v1.Flattening;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;

/**
 * Flattening of containers' roots, which may be in use meanwhile. Thread-safe; nobody else waits
 * while one is at work.
 */
public final class RootFlattens {

  private final Flattens flattens;
  private final ContainerRegistry registry;
  private final RootMoves moves;

  RootFlattens(Store store, ContainerRegistry registry, RootMoves moves) {
    this.flattens = store.flattens();
    this.registry = registry;
    this.moves = moves;
  }

  public Flattening start(String container, boolean withBase) throws IOException {
    return moves.withSettled(
        registry.find(container),
        owner -> {
          flattens.start(owner.identity.subvolume(), withBase);
          return view(owner);
        });
  }

  /** Holds it up; what was done is kept. */
  public Flattening pause(String container) throws IOException {
    ManagedContainer owner = atWork(container);
    flattens.pause(owner.identity.subvolume());
    return view(owner);
  }

  public Flattening resume(String container) throws IOException {
    return moves.withSettled(
        atWork(container),
        owner -> {
          // A root that was locked goes on by being unlocked.
          if (find(owner).state() != FlattenInfo.State.RUNNING) {
            flattens.resume(owner.identity.subvolume());
          }
          return view(owner);
        });
  }

  /** Gives it up; the root stays as it is. */
  public Flattening cancel(String container) throws IOException {
    ManagedContainer owner = atWork(container);
    Flattening last = view(owner);
    flattens.cancel(owner.identity.subvolume());
    return last.toBuilder().setState(Flattening.State.STATE_CANCELLED).build();
  }

  /** How far it is, when it does not run any more or that time has passed. */
  public Flattening await(String container, Duration most)
      throws IOException, InterruptedException {
    ManagedContainer owner = registry.find(container);
    UUID subvolume = owner.identity.subvolume();
    return view(owner, flattens.await(subvolume, most).orElseThrow(() -> none(owner)));
  }

  private ManagedContainer atWork(String container) throws IOException {
    ManagedContainer owner = registry.find(container);
    if (find(owner).state() == FlattenInfo.State.DONE) {
      throw none(owner);
    }
    return owner;
  }

  private FlattenInfo find(ManagedContainer owner) throws RefusedException {
    return flattens.find(owner.identity.subvolume()).orElseThrow(() -> none(owner));
  }

  private static RefusedException none(ManagedContainer owner) {
    String name = owner.identity.name();
    return RefusedException.absent(
        "The root of "
            + name
            + " is not being flattened: begin with 'ctr-enc flatten "
            + name
            + "'.");
  }

  private Flattening view(ManagedContainer owner) throws RefusedException {
    return view(owner, find(owner));
  }

  private static Flattening view(ManagedContainer owner, FlattenInfo info) {
    return Flattening.newBuilder()
        .setContainer(owner.identity.name())
        .setState(
            switch (info.state()) {
              case RUNNING -> Flattening.State.STATE_RUNNING;
              case PAUSED -> Flattening.State.STATE_PAUSED;
              case DONE -> Flattening.State.STATE_DONE;
              case FAILED -> Flattening.State.STATE_FAILED;
            })
        .setWithBase(info.withBase())
        .setObjects(info.inodes())
        .setBytes(info.bytes())
        .setStoredBytes(info.storedBytes())
        .setReclaimedBytes(info.reclaimedBytes())
        .setProblem(info.problem())
        .build();
  }
}
