package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The hidden nodes that the kernel refers to, by number; none is given twice. Thread-safe. */
final class HiddenNodes {

  private final Map<Long, Known> byNumber = new HashMap<>();
  private final Map<HiddenNode, Known> byNode = new HashMap<>();
  private long next = FileSystem.ROOT + 1;

  /** A node that is referred to. */
  private static final class Known {
    private final long number;
    private final HiddenNode node;
    private long references;

    Known(long number, HiddenNode node) {
      this.number = number;
      this.node = node;
    }
  }

  /** Takes a reference; returns the node's number. */
  synchronized long take(HiddenNode node) {
    Known known = byNode.get(node);
    if (known == null) {
      known = new Known(next++, node);
      byNode.put(node, known);
      byNumber.put(known.number, known);
    }
    known.references++;
    return known.number;
  }

  synchronized void forget(long number, long count) {
    @Nullable Known known = byNumber.get(number);
    if (known == null) {
      return;
    }
    known.references -= count;
    if (known.references <= 0) {
      byNumber.remove(number);
      byNode.remove(known.node);
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
