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

/**
 * Lists and changes what opens the roots of containers, and what is nested in them. Thread-safe.
 */
public final class ContainerKeys {

  private static final int MOST_GROUPS = 64;
  private static final int MOST_MEMBERS = 16;

  /** What opens a nested one without protectors. */
  private static final String PARENT = "parent";

  /** Whose keys a request is about: a root's, or those of one that is nested in it. */
  private record Owner(ManagedContainer container, UUID subvolume) {
    boolean isNested() {
      return !subvolume.equals(container.identity.subvolume());
    }
  }

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

  private Owner owner(String reference, String nested) throws IOException {
    if (nested.isEmpty()) {
      ManagedContainer container = roots.kept(reference);
      return new Owner(container, container.identity.subvolume());
    }
    ManagedContainer container = roots.keptWithNested(reference);
    return new Owner(container, roots.nested(container, nested));
  }

  private void tell(Owner owner) {
    if (owner.isNested()) {
      roots.tell(owner.container, "protected", owner.subvolume);
    } else {
      roots.tell(owner.container, "protected");
    }
  }

  /**
   * Needs no key.
   *
   * @param nested what is nested in the root, by its id or its start; empty for the root itself
   */
  public ListProtectorsResponse list(String reference, String nested) throws IOException {
    return answer(owner(reference, nested), Optional.empty());
  }

  private ListProtectorsResponse answer(Owner owner, Optional<byte[]> recoveryKey)
      throws IOException {
    ListProtectorsResponse.Builder answer = ListProtectorsResponse.newBuilder();
    List<List<Optional<ProtectorType>>> groups = store.protectors().list(owner.subvolume);
    if (groups.isEmpty() && owner.isNested()) {
      answer.addGroups(ProtectorGroupInfo.newBuilder().addTypes(PARENT));
    }
    for (List<Optional<ProtectorType>> group : groups) {
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
                  case TPM -> "tpm";
                })
        .orElse("unknown");
  }

  /** One way more to open a root, or one in the place of another. */
  public ListProtectorsResponse add(AddProtectorsRequest request) throws IOException {
    Owner owner = owner(request.getReference(), request.getSubvolume());
    UUID subvolume = owner.subvolume;
    List<HeldProtector> members = request.getGroup().getMembersList();
    int groups = store.protectors().list(subvolume).size();
    // The first protector of a nested one comes in the place of its parent in any case.
    boolean isFirst = groups == 0 && owner.isNested() && request.getReplaces() == 1;
    int replaces = isFirst ? 0 : request.getReplaces();
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
      tell(owner);
      return answer(owner, wanted.recoveryKey());
    } finally {
      freedHeap.eraseSoon();
    }
  }

  /** One way less. */
  public ListProtectorsResponse remove(RemoveProtectorsRequest request) throws IOException {
    Owner owner = owner(request.getReference(), request.getSubvolume());
    UUID subvolume = owner.subvolume;
    int groups = store.protectors().list(subvolume).size();
    if (groups == 0 && owner.isNested()) {
      throw RefusedException.conflict(
          "The nested subvolume opens with the one it is nested in, and that cannot be taken away:"
              + " 'ctr-enc key add --subvolume' puts a protector in its place.");
    }
    requireGroup(request.getGroup(), groups, false);
    if (groups == 1 && !request.getForce()) {
      throw RefusedException.conflict(
          owner.isNested()
              ? "This is the last way of its own to open the nested subvolume: without it, it opens"
                  + " with the one it is nested in. Add another first, or say --force."
              : "This is the last way to open the root: without it nothing opens it again once its"
                  + " keys have left memory. Add another first, or say --force.");
    }
    store.protectors().remove(subvolume, request.getGroup() - 1);
    tell(owner);
    return answer(owner, Optional.empty());
  }

  private static void requireGroup(int number, int groups, boolean isOptional)
      throws RefusedException {
    if (number < (isOptional ? 0 : 1) || number > groups) {
      throw RefusedException.absent(
          "There is no number " + number + " among what opens the root: see 'ctr-enc key ls'.");
    }
  }
}
