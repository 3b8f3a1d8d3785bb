package ctrenc.overlay.fuse.jnr;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Which of the kernel's nodes stand for which inode, as far as the kernel may hold something of
 * them. libfuse numbers nodes by path, and tells nobody; so the numbers are read off the requests
 * that pass, and matched with what their paths led to. Thread-safe.
 */
final class KernelNodes {

  /** Offsets of {@code struct fuse_in_header}, and what follows it in the two kinds of FORGET. */
  private static final int OPCODE = 4;

  private static final int NODE = 16;
  private static final int HEADER = 40;
  private static final int FORGET_COUNT = HEADER;
  private static final int FORGETS = HEADER + 8;
  private static final int FORGET_LENGTH = 16;

  private static final int LOOKUP = 1;
  private static final int FORGET = 2;
  private static final int BATCH_FORGET = 42;

  /** What a thread is at. */
  private static final class Request {
    private boolean isLookup;
    private long node;
  }

  private final ThreadLocal<Request> current = ThreadLocal.withInitial(Request::new);
  private final Map<Long, Long> inodes = new ConcurrentHashMap<>();
  private final Map<Long, Set<Long>> nodes = new ConcurrentHashMap<>();

  /** This thread is about to carry out a request. */
  void begin(Pointer message, int length) {
    Request request = current.get();
    int opcode = message.getInt(OPCODE);
    request.node = message.getLong(NODE);
    request.isLookup = opcode == LOOKUP && message.getByte(HEADER) != '.';
    if (opcode == FORGET) {
      forget(request.node);
    } else if (opcode == BATCH_FORGET) {
      int count = Math.min(message.getInt(FORGET_COUNT), (length - FORGETS) / FORGET_LENGTH);
      for (int i = 0; i < count; i++) {
        forget(message.getLong(FORGETS + (long) i * FORGET_LENGTH));
      }
    }
  }

  /**
   * Where this thread's request looks a name up, its node stands for {@code directory}. Names that
   * begin with a dot may be "." and "..", of which this is not so.
   */
  void learnDirectory(long directory) {
    if (current.get().isLookup) {
      learn(directory);
    }
  }

  /** The node of this thread's request stands for {@code inode}. */
  void learn(long inode) {
    long node = current.get().node;
    if (!Long.valueOf(inode).equals(inodes.get(node))) {
      forget(node);
      inodes.put(node, inode);
      nodes.compute(inode, (unused, known) -> with(known, node));
    }
  }

  /** The node of this thread's request. */
  long node() {
    return current.get().node;
  }

  /** The nodes of an inode that are known. */
  Set<Long> of(long inode) {
    return nodes.getOrDefault(inode, Set.of());
  }

  private static Set<Long> with(@Nullable Set<Long> known, long node) {
    Set<Long> more = known == null ? ConcurrentHashMap.newKeySet() : known;
    more.add(node);
    return more;
  }

  private void forget(long node) {
    Long inode = inodes.remove(node);
    if (inode != null) {
      nodes.computeIfPresent(
          inode,
          (unused, known) -> {
            known.remove(node);
            return known.isEmpty() ? null : known;
          });
    }
  }
}
