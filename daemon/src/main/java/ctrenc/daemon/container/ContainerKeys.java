package ctrenc.daemon.container;

import com.google.protobuf.ByteString;
import ctrenc.crypto.protector.ProtectorType;
import ctrenc.daemon.key.FreedHeap;
import ctrenc.daemon.key.HeldProtectors;
import ctrenc.daemon.key.ProtectorSource;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.Store;
import ctrenc.proto.v1.AddProtectorsRequest;
import ctrenc.proto.v1.HeldProtector;
import ctrenc.proto.v1.ListProtectorsResponse;
import ctrenc.proto.v1.ProtectorGroupInfo;
import ctrenc.proto.v1.RemoveProtectorsRequest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Lists and changes what opens the roots of containers. Thread-safe. */
public final class ContainerKeys {

  private static final int MOST_GROUPS = 64;
  private static final int MOST_MEMBERS = 16;

  private final Store store;
  private final KeptRoots roots;
  private final ProtectorSource source;
  private final FreedHeap freedHeap;

  ContainerKeys(Store store, KeptRoots roots, ProtectorSource source, FreedHeap freedHeap) {
    this.store = store;
    this.roots = roots;
    this.source = source;
    this.freedHeap = freedHeap;
  }

  /** Needs no key. */
  public ListProtectorsResponse list(String reference) throws IOException {
    return answer(roots.kept(reference), Optional.empty());
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
                  case KEY_PROVIDER -> "provider";
                })
        .orElse("unknown");
  }

  /** One way more to open a root, or one in the place of another. */
  public ListProtectorsResponse add(AddProtectorsRequest request) throws IOException {
    ManagedContainer container = roots.kept(request.getReference());
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
    try (HeldProtectors wanted = HeldProtectors.toEnrol(members, source)) {
      if (replaces > 0) {
        store.protectors().replace(subvolume, replaces - 1, wanted.protectors());
      } else {
        store.protectors().add(subvolume, wanted.protectors());
      }
      roots.tell(container, "protected");
      return answer(container, wanted.recoveryKey());
    } finally {
      freedHeap.eraseSoon();
    }
  }

  /** One way less. */
  public ListProtectorsResponse remove(RemoveProtectorsRequest request) throws IOException {
    ManagedContainer container = roots.kept(request.getReference());
    UUID subvolume = container.identity.subvolume();
    int groups = store.protectors().list(subvolume).size();
    requireGroup(request.getGroup(), groups, false);
    if (groups == 1 && !request.getForce()) {
      throw RefusedException.conflict(
          "This is the last way to open the root: without it nothing opens it again once its keys "
              + "have left memory. Add another first, or say --force.");
    }
    store.protectors().remove(subvolume, request.getGroup() - 1);
    roots.tell(container, "protected");
    return answer(container, Optional.empty());
  }

  private static void requireGroup(int number, int groups, boolean isOptional)
      throws RefusedException {
    if (number < (isOptional ? 0 : 1) || number > groups) {
      throw RefusedException.absent(
          "There is no number " + number + " among what opens the root: see 'ctr-enc key ls'.");
    }
  }
}
