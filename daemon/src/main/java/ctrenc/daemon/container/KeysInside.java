package ctrenc.daemon.container;

import ctrenc.daemon.key.Holders;
import ctrenc.daemon.nested.NestedKeys;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.HeadDemand;
import ctrenc.proto.v1.AddProtectorsRequest;
import ctrenc.proto.v1.HeldProtector;
import ctrenc.proto.v1.ListProtectorsResponse;
import ctrenc.proto.v1.LockRequest;
import ctrenc.proto.v1.LockResponse;
import ctrenc.proto.v1.RemoveProtectorsRequest;
import ctrenc.proto.v1.UnlockRequest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The keys of what is nested in containers' roots, for those inside who own it. They have what they
 * bring themselves: neither the machine's key, nor its TPM, nor the key providers it knows. One
 * passphrase is derived from at a time, since each takes memory that these callers do not pay for.
 * Thread-safe.
 */
final class KeysInside implements NestedKeys {

  private final NestedIds ids;
  private final KeptRoots roots;
  private final ContainerKeys keys;
  private final ContainerLocks locks;
  private final ReentrantLock turn = new ReentrantLock(true);

  KeysInside(NestedIds ids, KeptRoots roots, ContainerKeys keys, ContainerLocks locks) {
    this.ids = ids;
    this.roots = roots;
    this.keys = keys;
    this.locks = locks;
  }

  @Override
  public ListProtectorsResponse list(Owned subvolume) throws IOException {
    return keys.list(subvolume.container(), id(subvolume));
  }

  @Override
  public ListProtectorsResponse add(Owned subvolume, AddProtectorsRequest request)
      throws IOException {
    NestedIds.requireNothingElse(request.getSubvolume());
    if (!request.getGroup().getMembersList().stream().allMatch(KeysInside::isBrought)) {
      throw RefusedException.invalid(
          "Inside a container a passphrase, a key file, a recipient or a recovery key opens what is"
              + " nested: name one of them.");
    }
    AddProtectorsRequest found =
        request.toBuilder().setReference(subvolume.container()).setSubvolume(id(subvolume)).build();
    turn.lock();
    try {
      return keys.add(found);
    } finally {
      turn.unlock();
    }
  }

  private static boolean isBrought(HeldProtector protector) {
    return switch (protector.getHeldCase()) {
      case PASSPHRASE, KEY_FILE, RECOVERY_KEY, RECIPIENT -> true;
      case MACHINE_KEY, KEY_PROVIDER, TPM, HELD_NOT_SET -> false;
    };
  }

  @Override
  public ListProtectorsResponse remove(Owned subvolume, RemoveProtectorsRequest request)
      throws IOException {
    NestedIds.requireNothingElse(request.getSubvolume());
    return keys.remove(
        request.toBuilder()
            .setReference(subvolume.container())
            .setSubvolume(id(subvolume))
            .build());
  }

  @Override
  public LockResponse lock(Owned subvolume, LockRequest request) throws IOException {
    NestedIds.requireNothingElse(request.getSubvolume());
    if (request.getStrict()) {
      throw RefusedException.invalid("Only a root is strict: leave --strict out.");
    }
    return locks
        .nested()
        .lock(subvolume.container(), id(subvolume), request.getForce(), Holders.Holder::inside)
        .message();
  }

  @Override
  public void unlock(Owned subvolume, UnlockRequest request) throws IOException {
    NestedIds.requireNothingElse(request.getSubvolume());
    if (request.getAcceptRollback() || request.getNotStrict()) {
      throw RefusedException.invalid(
          "Inside a container no HEAD is given up: have it unlocked on the host.");
    }
    List<HeldProtector> brought =
        request.getHeldList().stream().filter(KeysInside::isBrought).toList();
    HeadDemand demand = ContainerLocks.demand(request);
    String id = id(subvolume);
    turn.lock();
    try {
      locks.nested().unlock(subvolume.container(), id, brought, demand);
    } finally {
      turn.unlock();
    }
  }

  private String id(Owned subvolume) throws IOException {
    return ids.find(roots.keptWithNested(subvolume.container()), subvolume).toString();
  }
}
