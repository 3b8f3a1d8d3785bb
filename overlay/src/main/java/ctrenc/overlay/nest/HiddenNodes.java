package ctrenc.overlay.nest;

import ctrenc.overlay.ring.KnownNodes;
import ctrenc.overlay.ring.RootMemory;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The hidden nodes that the kernel refers to, by number; none is given twice. With a memory the
 * numbers and references outlive this process, as far as there is room. Thread-safe.
 */
final class HiddenNodes {

  private final @Nullable KnownNodes kept;
  private final Map<Long, Known> byNumber = new HashMap<>();
  private final Map<HiddenNode, Known> byNode = new HashMap<>();
  private long last = FileSystem.ROOT;

  HiddenNodes(Optional<RootMemory> memory) {
    kept = memory.map(RootMemory::nodes).orElse(null);
    last = kept == null ? last : Math.max(last, kept.last());
  }

  /** A node that is referred to. */
  private static final class Known {
    private final long number;
    private final HiddenNode node;
    private final int slot;
    private long references;

    Known(long number, HiddenNode node, int slot) {
      this.number = number;
      this.node = node;
      this.slot = slot;
    }
  }

  /** Takes up what the kernel refers to from an earlier process's time. */
  synchronized void recover(MemberTable members) {
    if (kept != null) {
      kept.forEach(found -> recover(kept, members, found));
    }
  }

  private void recover(KnownNodes kept, MemberTable members, KnownNodes.Node found) {
    if (EntranceMemory.isOwn(found)) {
      return;
    }
    Optional<HiddenNode> node = nodeOf(members, found);
    if (found.references() <= 0 || node.isEmpty()) {
      kept.remove(found.slot());
      return;
    }
    Known known = new Known(found.number(), node.get(), found.slot());
    known.references = found.references();
    byNode.put(known.node, known);
    byNumber.put(known.number, known);
  }

  /** Empty if the subvolume that it was in is gone. */
  private static Optional<HiddenNode> nodeOf(MemberTable members, KnownNodes.Node found) {
    try {
      Member in = members.of(found.directory());
      long directory = Numbers.inode(found.directory());
      return HiddenNode.kindOf(found.kind())
          .map(kind -> new HiddenNode(kind, in, directory, Name.of(found.name())));
    } catch (ErrnoException e) {
      return Optional.empty();
    }
  }

  /** Takes a reference; returns the node's number. */
  synchronized long take(HiddenNode node) {
    Known known = byNode.get(node);
    if (known == null) {
      last++;
      known = new Known(last, node, write(last, node));
      byNode.put(node, known);
      byNumber.put(known.number, known);
    }
    setReferences(known, known.references + 1);
    return known.number;
  }

  private int write(long number, HiddenNode node) {
    if (kept == null) {
      return KnownNodes.NO_SLOT;
    }
    kept.setLast(number);
    long directory = node.in().number(node.directory());
    return kept.add(number, directory, HiddenNode.codeOf(node.kind()), node.name().bytes());
  }

  private void setReferences(Known known, long references) {
    known.references = references;
    if (kept != null) {
      kept.setReferences(known.slot, references);
    }
  }

  synchronized void forget(long number, long count) {
    @Nullable Known known = byNumber.get(number);
    if (known == null) {
      return;
    }
    setReferences(known, known.references - count);
    if (known.references <= 0) {
      byNumber.remove(number);
      byNode.remove(known.node);
      if (kept != null) {
        kept.remove(known.slot);
      }
    }
  }

  synchronized HiddenNode of(long number) throws ErrnoException {
    Known known = byNumber.get(number);
    if (known == null) {
      throw new ErrnoException(Errno.ESTALE);
    }
    return known.node;
  }
}
