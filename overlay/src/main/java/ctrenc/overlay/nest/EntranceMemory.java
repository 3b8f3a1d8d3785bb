package ctrenc.overlay.nest;

import ctrenc.overlay.ring.KnownNodes;
import ctrenc.overlay.ring.KnownNodes.Node;
import ctrenc.overlay.ring.RootMemory;
import ctrenc.overlay.vfs.FileSystem;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes down which snapshots are entered, among the known nodes of a root's memory: each has its
 * id for a name. One that is part of another has the number of the directory it hangs at. Nothing
 * where the root ends with the process. Thread-safe.
 */
final class EntranceMemory {

  /** What such nodes are, in the words of the format, beside those of hidden nodes. */
  private static final int ENTRANCE = 11;

  private static final int PART = 12;

  private static final int NO_DIRECTORY = 0;
  private static final int ID_LENGTH = 16;

  private final @Nullable KnownNodes kept;

  EntranceMemory(Optional<RootMemory> memory) {
    kept = memory.map(RootMemory::nodes).orElse(null);
  }

  /**
   * A snapshot that was written down.
   *
   * @param directory the one of it that is entered, by its own numbers; the root of a part
   * @param hangsAt the number of the directory that it is part of another at, if it is
   */
  record Entered(
      int slot, UUID snapshot, int place, long directory, Optional<Long> hangsAt, long references) {

    private static Entered of(Node node) {
      ByteBuffer id = ByteBuffer.wrap(node.name());
      return new Entered(
          node.slot(),
          new UUID(id.getLong(), id.getLong()),
          Numbers.place(node.number()),
          Numbers.inode(node.number()),
          node.kind() == PART ? Optional.of(node.directory()) : Optional.empty(),
          node.references());
    }
  }

  /** Whether a node of the memory is one of these. */
  static boolean isOwn(Node node) {
    return node.kind() == ENTRANCE || node.kind() == PART;
  }

  /** Writes down that a directory of a snapshot is entered; the slot, if there is room. */
  int entered(Member top, long directory) {
    return add(top, directory, ENTRANCE, NO_DIRECTORY);
  }

  /** Writes down what is part of one that is entered; the slot, if there is room. */
  int added(Member part) {
    return add(part, FileSystem.ROOT, PART, part.parent().number(part.anchor()));
  }

  private int add(Member member, long inode, int kind, long directory) {
    if (kept == null) {
      return KnownNodes.NO_SLOT;
    }
    UUID id = member.id();
    byte[] name =
        ByteBuffer.allocate(ID_LENGTH)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array();
    return kept.add(member.number(inode), directory, kind, name);
  }

  void setReferences(int slot, long references) {
    if (kept != null) {
      kept.setReferences(slot, references);
    }
  }

  void remove(int slot) {
    if (kept != null) {
      kept.remove(slot);
    }
  }

  /** What an earlier process wrote down, each one after the one it is part of. */
  List<Entered> all() {
    List<Entered> found = new ArrayList<>();
    if (kept != null) {
      kept.forEach(
          node -> {
            if (isOwn(node)) {
              found.add(Entered.of(node));
            }
          });
    }
    // What a snapshot is part of was given its place before.
    found.sort(Comparator.comparingInt(Entered::place));
    return found;
  }
}
