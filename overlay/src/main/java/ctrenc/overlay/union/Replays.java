package ctrenc.overlay.union;

import ctrenc.overlay.ring.MemoryPart;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Recognises requests that an earlier process carried out, but did not live to answer: the kernel
 * sends them again, marked. While a change of a directory waits for its answer, the kernel lets no
 * other into that directory, and nobody else changes it; so what the names say decides. What is
 * done is not done again; everything else may be done twice.
 */
final class Replays {

  private final EntryResolver resolver;
  private final NodeTable nodes;
  private final @Nullable MemoryPart memory;

  /** Without {@code memory} nothing is known of an earlier process. */
  Replays(EntryResolver resolver, NodeTable nodes, @Nullable MemoryPart memory) {
    this.resolver = resolver;
    this.nodes = nodes;
    this.memory = memory;
  }

  /** What a name that was to be made leads to, if it was made before. */
  Optional<NodeTable.Pin> made(Caller caller, Node directory, Name name) throws IOException {
    return caller.resent() ? find(directory, name) : Optional.empty();
  }

  /** The name that was to lead to {@code node} does so. */
  boolean isLinked(Caller caller, Node directory, Name name, Node node) throws IOException {
    return caller.resent()
        && resolver
            .child(directory, name)
            .filter(child -> child.inode() == node.inode())
            .isPresent();
  }

  /** The move was carried out before. */
  boolean isMoved(Caller caller, Node from, Name name, Node to, Name newName, int flags)
      throws IOException {
    if (!caller.resent() || resolver.child(to, newName).isEmpty()) {
      return false;
    }
    if ((flags & FileSystem.RENAME_EXCHANGE) != 0) {
      return isExchanged(from, name);
    }
    Optional<NodeTable.Pin> source = find(from, name);
    if (source.isEmpty()) {
      return true;
    }
    try (NodeTable.Pin pin = source.get()) {
      int mode = pin.node().inodeRecord().mode();
      return (flags & FileSystem.RENAME_WHITEOUT) != 0
          && (mode & FileMode.TYPE) == FileMode.CHARACTER_DEVICE
          && pin.node().inodeRecord().rdev() == 0;
    }
  }

  private boolean isExchanged(Node from, Name name) throws IOException {
    OptionalLong before =
        memory == null
            ? OptionalLong.empty()
            : memory.memory().exchanges().find(memory.number(from.inode()), hash(name));
    return before.isPresent()
        && resolver.child(from, name).filter(now -> now.inode() != before.getAsLong()).isPresent();
  }

  /** An exchange is about to be committed. */
  void exchanging(Node from, Name name, Node source) {
    if (memory != null) {
      long directory = memory.number(from.inode());
      memory.memory().exchanges().mark(directory, hash(name), source.inode());
    }
  }

  private Optional<NodeTable.Pin> find(Node directory, Name name) throws IOException {
    var child = resolver.child(directory, name);
    return child.isEmpty() ? Optional.empty() : nodes.find(child.get().inode());
  }

  /** FNV-1a. */
  private static long hash(Name name) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : name.bytes()) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }
}
