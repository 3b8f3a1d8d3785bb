package ctrenc.daemon.key;

import ctrenc.crypto.protector.Protector;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.HeldProtector;
import ctrenc.proto.v1.ProtectorGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What is to open a root that is being made. Not thread-safe. */
public final class NewProtection implements AutoCloseable {

  private static final int MOST_GROUPS = 64;
  private static final int MOST_MEMBERS = 16;

  private final List<HeldProtectors> groups = new ArrayList<>();

  private NewProtection() {}

  /**
   * Recovery keys are made later, for a root that exists, so that they are shown when they count.
   */
  public static NewProtection of(ContainerSpec spec, ProtectorSource source) throws IOException {
    if (!spec.getKeep()) {
      throw RefusedException.invalid(
          "Only a root that is kept is protected by more than memory: say --keep too.");
    }
    if (spec.getProtectionCount() > MOST_GROUPS) {
      throw RefusedException.invalid("A root has at most 64 ways to open it.");
    }
    NewProtection protection = new NewProtection();
    boolean isWhole = false;
    try {
      for (ProtectorGroup group : spec.getProtectionList()) {
        check(group.getMembersList());
        protection.groups.add(HeldProtectors.toEnrol(group.getMembersList(), source));
      }
      isWhole = true;
      return protection;
    } finally {
      if (!isWhole) {
        protection.close();
      }
    }
  }

  private static void check(List<HeldProtector> members) throws RefusedException {
    if (members.isEmpty() || members.size() > MOST_MEMBERS) {
      throw RefusedException.invalid("One way to open a root takes 1 to 16 protectors together.");
    }
    if (members.stream().anyMatch(HeldProtector::hasRecoveryKey)) {
      throw RefusedException.invalid(
          "A recovery key is added to a root that exists: ctr-enc key add NAME --protect recovery.");
    }
  }

  /** Any of these opens it; of each, all are needed. */
  public List<List<Protector>> groups() {
    return groups.stream().map(HeldProtectors::protectors).toList();
  }

  @Override
  public void close() {
    groups.forEach(HeldProtectors::close);
  }
}
