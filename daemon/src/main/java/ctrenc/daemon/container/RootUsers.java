package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.daemon.key.Holders;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/** Who uses roots and their snapshots. Thread-safe. */
record RootUsers(SnapshotMounts snapshots) {

  private static final int SHOWN = 5;

  /** Of the root and of its snapshots, as far as they use one of those inodes. */
  @GuardedBy("container.guard")
  List<Holders.Holder> of(ManagedContainer container, LongPredicate inodes) throws IOException {
    List<Holders.Holder> holders =
        new ArrayList<>(snapshots.holdersOf(container.identity.subvolume(), inodes));
    if (container.root.isPresent()) {
      holders.addAll(container.root.get().holders(inodes));
    }
    return holders;
  }

  /** The rest of a sentence that begins with what they use. */
  static String shown(List<Holders.Holder> holders) {
    List<String> shown = holders.stream().limit(SHOWN).map(Holders.Holder::toString).toList();
    int more = holders.size() - shown.size();
    return " is used by " + String.join(", ", shown) + (more > 0 ? " and " + more + " more" : "");
  }
}
