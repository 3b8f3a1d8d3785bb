package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.protector.ProtectorType;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.key.FreedHeap;
import ctrenc.daemon.key.HeldProtectors;
import ctrenc.daemon.key.Holders;
import ctrenc.daemon.key.UnlockPace;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.overlay.subvolume.WrongSecretException;
import ctrenc.proto.v1.AddProtectorsRequest;
import ctrenc.proto.v1.HeldProtector;
import ctrenc.proto.v1.ListProtectorsResponse;
import ctrenc.proto.v1.ProtectorGroupInfo;
import ctrenc.proto.v1.RemoveProtectorsRequest;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Locks and unlocks the roots of containers, and changes what opens them. Thread-safe. */
public final class ContainerKeys {

  private static final FactLog LOG = FactLog.of(ContainerKeys.class);
  private static final int MOST_GROUPS = 64;
  private static final int MOST_MEMBERS = 16;
  private static final int SHOWN_HOLDERS = 5;

  private final Store store;
  private final ContainerRegistry registry;
  private final RootMounter mounter;
  private final SnapshotMounts snapshots;
  private final Protector machineKey;
  private final SecretMemory memory;
  private final EventFeed events;
  private final FreedHeap freedHeap;
  private final UnlockPace pace = new UnlockPace(InstantSource.system());

  ContainerKeys(
      Store store,
      ContainerRegistry registry,
      RootMounter mounter,
      SnapshotMounts snapshots,
      Protector machineKey,
      SecretMemory memory,
      EventFeed events,
      FreedHeap freedHeap) {
    this.store = store;
    this.registry = registry;
    this.mounter = mounter;
    this.snapshots = snapshots;
    this.machineKey = machineKey;
    this.memory = memory;
    this.events = events;
    this.freedHeap = freedHeap;
  }

  /** Needs no key. */
  public ListProtectorsResponse list(String reference) throws IOException {
    return answer(kept(reference), Optional.empty());
  }

  private ListProtectorsResponse answer(ManagedContainer container, Optional<byte[]> recoveryKey)
      throws IOException {
    ListProtectorsResponse.Builder answer = ListProtectorsResponse.newBuilder();
    for (List<Optional<ProtectorType>> group :
        store.protectors().list(container.identity.subvolume())) {
      answer.addGroups(
          ProtectorGroupInfo.newBuilder()
              .addAllTypes(group.stream().map(ContainerKeys::name).toList()));
    }
    recoveryKey.ifPresent(key -> answer.setRecoveryKey(ByteString.copyFrom(key)));
    return answer.build();
  }

  private static String name(Optional<ProtectorType> type) {
    return type.map(
            known ->
                switch (known) {
                  case MACHINE_KEY -> "machine";
                  case KEY_FILE -> "keyfile";
                  case PASSPHRASE -> "passphrase";
                  case RECOVERY_KEY -> "recovery";
                  case RECIPIENT -> "recipient";
                })
        .orElse("unknown");
  }

  /** One way more to open a root, or one in the place of another. */
  public ListProtectorsResponse add(AddProtectorsRequest request) throws IOException {
    ManagedContainer container = kept(request.getReference());
    UUID subvolume = container.identity.subvolume();
    List<HeldProtector> members = request.getGroup().getMembersList();
    int groups = store.protectors().list(subvolume).size();
    int replaces = request.getReplaces();
    if (members.isEmpty() || members.size() > MOST_MEMBERS) {
      throw RefusedException.invalid("One way to open a root takes 1 to 16 protectors together.");
    }
    if (replaces == 0 && groups >= MOST_GROUPS) {
      throw RefusedException.full("A root has at most 64 ways to open it: remove one first.");
    }
    requireGroup(replaces, groups, true);
    try (HeldProtectors wanted = HeldProtectors.toEnrol(members, machineKey, memory)) {
      if (replaces > 0) {
        store.protectors().replace(subvolume, replaces - 1, wanted.protectors());
      } else {
        store.protectors().add(subvolume, wanted.protectors());
      }
      tell(container, "protected");
      return answer(container, wanted.recoveryKey());
    } finally {
      freedHeap.eraseSoon();
    }
  }

  /** One way less. */
  public ListProtectorsResponse remove(RemoveProtectorsRequest request) throws IOException {
    ManagedContainer container = kept(request.getReference());
    UUID subvolume = container.identity.subvolume();
    int groups = store.protectors().list(subvolume).size();
    requireGroup(request.getGroup(), groups, false);
    if (groups == 1 && !request.getForce()) {
      throw RefusedException.conflict(
          "This is the last way to open the root: without it nothing opens it again once its keys "
              + "have left memory. Add another first, or say --force.");
    }
    store.protectors().remove(subvolume, request.getGroup() - 1);
    tell(container, "protected");
    return answer(container, Optional.empty());
  }

  private static void requireGroup(int number, int groups, boolean isOptional)
      throws RefusedException {
    if (number < (isOptional ? 0 : 1) || number > groups) {
      throw RefusedException.absent(
          "There is no number " + number + " among what opens the root: see 'ctr-enc key ls'.");
    }
  }

  /**
   * Writes a root back, takes its mounts away and wipes its keys; when this returns, nothing of it
   * is in this process. With {@code force} those who use it go on, and get ENOKEY; they are
   * returned.
   *
   * @throws RefusedException while somebody uses it, without {@code force}; it stays as it was
   */
  public List<Holders.Holder> lock(String reference, boolean force) throws IOException {
    ManagedContainer container = kept(reference);
    List<Holders.Holder> holders;
    container.guard.lock();
    try {
      holders = holders(container);
      if (!holders.isEmpty() && !force) {
        throw inUse(container, holders);
      }
      container.isMountWanted = false;
      takeAway(container, holders.isEmpty());
      store.subvolumes().lock(container.identity.subvolume());
    } finally {
      container.guard.unlock();
    }
    freedHeap.erase();
    tell(container, "locked");
    return holders;
  }

  @GuardedBy("container.guard")
  private void takeAway(ManagedContainer container, boolean isUnused) throws IOException {
    if (isUnused) {
      snapshots.takeDownOf(container.identity.subvolume());
      mounter.takeDown(container);
    } else {
      snapshots.leaveOf(container.identity.subvolume());
      mounter.leave(container);
    }
  }

  /** Of the root and of its snapshots. */
  @GuardedBy("container.guard")
  private List<Holders.Holder> holders(ManagedContainer container) throws IOException {
    List<Holders.Holder> holders =
        new ArrayList<>(snapshots.holdersOf(container.identity.subvolume()));
    if (container.root.isPresent()) {
      holders.addAll(container.root.get().holders());
    }
    return holders;
  }

  private static RefusedException inUse(ManagedContainer container, List<Holders.Holder> holders) {
    List<String> shown =
        holders.stream().limit(SHOWN_HOLDERS).map(Holders.Holder::toString).toList();
    int more = holders.size() - shown.size();
    return RefusedException.conflict(
        "The root of "
            + container.identity.name()
            + " is used by "
            + String.join(", ", shown)
            + (more > 0 ? " and " + more + " more" : "")
            + ": end them and lock it again, or say --force.");
  }

  /**
   * Brings the keys of a root into memory.
   *
   * @throws RefusedException while the caller has to wait after wrong secrets
   * @throws WrongSecretException if nothing that was given opens it
   */
  public void unlock(String reference, List<HeldProtector> given) throws IOException {
    ManagedContainer container = kept(reference);
    UUID subvolume = container.identity.subvolume();
    pace.attempt(subvolume);
    try (HeldProtectors held = HeldProtectors.toOpen(given, machineKey, memory)) {
      store.subvolumes().unlock(subvolume, held.protectors());
      pace.opened(subvolume);
    } catch (WrongSecretException e) {
      tell(container, "refused");
      throw e;
    } finally {
      freedHeap.eraseSoon();
    }
    tell(container, "unlocked");
  }

  private void tell(ManagedContainer container, String kind) {
    events.tell(kind, container.id(), Map.of());
    LOG.info("keys of a root", "what", kind, "container", container.id());
  }

  private ManagedContainer kept(String reference) throws IOException {
    ManagedContainer container = registry.find(reference);
    Optional<SubvolumeInfo> root =
        store.subvolumes().find(container.identity.subvolume().toString());
    if (root.isEmpty() || root.get().throwaway()) {
      throw RefusedException.conflict(
          "The root of "
              + container.identity.name()
              + " is throwaway: its key is in memory alone, and nothing else opens it.");
    }
    return container;
  }
}
