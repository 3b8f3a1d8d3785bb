package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import java.util.UUID;

/** The limits of a tree's members, and what they use. Thread-safe. */
final class TreeLimits {

  private final Nesting nesting;
  private volatile boolean isAny;

  TreeLimits(Nesting nesting) {
    this.nesting = nesting;
  }

  /** Stores what waits first, and gives back what is free, so that what is held is counted. */
  Usage measure(Member top) throws ErrnoException {
    Usage sum = Usage.NOTHING;
    for (Member member : MemberTable.subtree(top)) {
      FileSystem known = member.known();
      if (known != null) {
        known.settle();
      }
      sum = sum.plus(nesting.usage(member.id()));
    }
    return sum;
  }

  /** Whether any member has limits. */
  boolean isAny() {
    return isAny;
  }

  /** Gives one other limits; nothing for one that is not there. */
  void set(MemberTable members, UUID id, Limits limits) {
    members.findAny(id).ifPresent(member -> member.budget().limit(limits));
    isAny =
        members.root().budget().isLimited()
            || members.nested().stream().anyMatch(member -> member.budget().isLimited());
  }
}
