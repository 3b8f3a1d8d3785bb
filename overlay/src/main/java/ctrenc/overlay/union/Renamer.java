package ctrenc.overlay.union;

import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Moves, swaps and replaces entries, each in one batch. A directory's children are keyed by its
 * inode number, so a directory moves with everything below it, whichever layer that lies in.
 */
final class Renamer {

  private static final int KNOWN =
      FileSystem.RENAME_NOREPLACE | FileSystem.RENAME_EXCHANGE | FileSystem.RENAME_WHITEOUT;

  private final NodeTable nodes;
  private final Lookup lookup;
  private final Changes changes;
  private final Remover remover;
  private final LayerStack stack;
  private final WallClock clock;
  private final Replays replays;

  /**
   * Held while a directory gets another parent, so that the way from a directory up to the root
   * stands still.
   */
  private final ReentrantLock tree = new ReentrantLock();

  Renamer(
      NodeTable nodes,
      Lookup lookup,
      Changes changes,
      Remover remover,
      WallClock clock,
      Replays replays) {
    this.nodes = nodes;
    this.lookup = lookup;
    this.changes = changes;
    this.remover = remover;
    this.stack = changes.stack();
    this.clock = clock;
    this.replays = replays;
  }

  void rename(Caller caller, long parent, Name name, long newParent, Name newName, int flags)
      throws IOException, ErrnoException {
    boolean exchange = (flags & FileSystem.RENAME_EXCHANGE) != 0;
    if ((flags & ~KNOWN) != 0 || (exchange && flags != FileSystem.RENAME_EXCHANGE)) {
      throw new ErrnoException(Errno.EINVAL);
    }
    Lookup.requireName(name);
    Lookup.requireName(newName);
    try (NodeTable.Pin from = nodes.pin(parent);
        NodeTable.Pin to = nodes.pin(newParent)) {
      Lookup.requireDirectory(from.node());
      Lookup.requireDirectory(to.node());
      Move move = new Move(caller, from.node(), name, to.node(), newName, flags);
      while (!attempt(move)) {
        Thread.onSpinWait();
      }
    }
  }

  /** Returns false if one of the names leads elsewhere by the time the guards are held. */
  private boolean attempt(Move move) throws IOException, ErrnoException {
    if (replays.isMoved(move.caller, move.from, move.name, move.to, move.newName, move.flags)) {
      return true;
    }
    Optional<NodeTable.Pin> source = lookup.child(move.from, move.name);
    if (source.isEmpty()) {
      throw new ErrnoException(Errno.ENOENT);
    }
    try (NodeTable.Pin moved = source.get()) {
      Optional<NodeTable.Pin> target = lookup.child(move.to, move.newName);
      boolean reshapes =
          move.from != move.to
              && (isDirectory(moved) || target.filter(Renamer::isDirectory).isPresent());
      if (reshapes) {
        tree.lock();
      }
      try {
        return attemptWith(move, moved, target);
      } finally {
        if (reshapes) {
          tree.unlock();
        }
        target.ifPresent(NodeTable.Pin::close);
      }
    }
  }

  private boolean attemptWith(Move move, NodeTable.Pin source, Optional<NodeTable.Pin> target)
      throws IOException, ErrnoException {
    Node[] involved =
        target
            .map(pin -> new Node[] {move.from, move.to, source.node(), pin.node()})
            .orElseGet(() -> new Node[] {move.from, move.to, source.node()});
    try (NodeLocks locks = NodeLocks.of(involved)) {
      boolean still =
          lookup.leadsTo(move.from, move.name, Optional.of(source))
              && lookup.leadsTo(move.to, move.newName, target);
      if (still) {
        carryOut(move, source.node(), target.map(NodeTable.Pin::node));
      }
      return still;
    }
  }

  private static boolean isDirectory(NodeTable.Pin pin) {
    return pin.node().inodeRecord().isDirectory();
  }

  private void carryOut(Move move, Node source, Optional<Node> target)
      throws IOException, ErrnoException {
    require(move, source, target);
    if (target.isPresent() && target.get() == source) {
      return;
    }
    Timestamp now = clock.now();
    try (Change change = changes.begin()) {
      change.edit(move.from).modified(now).changed(now);
      change.edit(move.to).modified(now).changed(now);
      if (move.has(FileSystem.RENAME_EXCHANGE)) {
        Node other = target.orElseThrow();
        place(change, source, move.from, move.to, move.newName, now);
        place(change, other, move.to, move.from, move.name, now);
        replays.exchanging(move.from, move.name, source);
        change.commit();
        return;
      }
      if (target.isPresent()) {
        remover.drop(change, move.to, target.get(), now);
      }
      place(change, source, move.from, move.to, move.newName, now);
      if (move.has(FileSystem.RENAME_WHITEOUT)) {
        leaveDevice(change, move, now);
      } else {
        change.hide(move.from, move.name);
        change.commit();
      }
    }
  }

  /** Lets a name of {@code to} lead to a node that was in {@code from}. */
  private static void place(Change change, Node node, Node from, Node to, Name name, Timestamp now)
      throws IOException {
    change.point(to, name, node.inode(), node.inodeRecord().mode());
    InodeEdit edit = change.edit(node).changed(now);
    if (from != to && node.inodeRecord().isDirectory()) {
      edit.parent(to.inode());
      InodeEdit left = change.edit(from);
      left.links(left.links() - 1);
      InodeEdit joined = change.edit(to);
      joined.links(joined.links() + 1);
    }
  }

  private void leaveDevice(Change change, Move move, Timestamp now) throws IOException {
    try (NodeTable.Pin device = nodes.fresh(stack.upper().allocateInode())) {
      InodeEdit edit = NewInode.whiteoutDevice().in(move.from, move.caller, now);
      change.add(device.node(), edit);
      change.point(move.from, move.name, device.node().inode(), edit.mode());
      change.commit();
    }
  }

  private void require(Move move, Node source, Optional<Node> target)
      throws IOException, ErrnoException {
    Lookup.requireLiveDirectory(move.to);
    boolean exchange = move.has(FileSystem.RENAME_EXCHANGE);
    if (move.has(FileSystem.RENAME_NOREPLACE) && target.isPresent()) {
      throw new ErrnoException(Errno.EEXIST);
    }
    if (exchange && target.isEmpty()) {
      throw new ErrnoException(Errno.ENOENT);
    }
    if (move.from != move.to) {
      requireNoLoop(source, move.to);
    }
    if (exchange && move.from != move.to) {
      requireNoLoop(target.orElseThrow(), move.from);
    }
    if (!exchange && target.isPresent() && target.get() != source) {
      requireReplaceable(source, target.get());
    }
  }

  private void requireReplaceable(Node source, Node target) throws IOException, ErrnoException {
    boolean directory = source.inodeRecord().isDirectory();
    boolean overDirectory = target.inodeRecord().isDirectory();
    if (directory && !overDirectory) {
      throw new ErrnoException(Errno.ENOTDIR);
    }
    if (!directory && overDirectory) {
      throw new ErrnoException(Errno.EISDIR);
    }
    if (overDirectory) {
      remover.requireEmpty(target);
    }
  }

  /** Refuses to move a directory into itself or below itself. */
  private void requireNoLoop(Node moved, Node into) throws IOException, ErrnoException {
    if (!moved.inodeRecord().isDirectory()) {
      return;
    }
    long at = into.inode();
    while (at != FileSystem.ROOT) {
      if (at == moved.inode()) {
        throw new ErrnoException(Errno.EINVAL);
      }
      try (NodeTable.Pin directory = nodes.pin(at)) {
        at = directory.node().inodeRecord().parent();
      }
    }
    if (moved.inode() == FileSystem.ROOT) {
      throw new ErrnoException(Errno.EBUSY);
    }
  }

  private record Move(Caller caller, Node from, Name name, Node to, Name newName, int flags) {
    boolean has(int flag) {
      return (flags & flag) != 0;
    }
  }
}
