package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A root and what is nested in it, seen as a whole. Thread-safe. */
public final class Tree {

  /** The name of the hidden directory, in every directory. */
  static final Name HIDDEN = Name.of(".ctr-enc");

  private final Nesting nesting;
  private final boolean outlives;
  private final MemberTable members;
  private final TreeChanges changes;
  private final EnteredSnapshots entered;
  private final HiddenFileSystem hidden;
  private volatile boolean opensRefused;
  private volatile boolean isLimited;

  private Tree(UUID id, FileSystem root, Nesting nesting, boolean outlives) {
    this.nesting = nesting;
    this.outlives = outlives;
    members = new MemberTable(Member.open(0, id, root, this::measure), this::open, this::measure);
    members.addAll(nesting.within(id));
    changes = new TreeChanges(members, nesting);
    entered = new EnteredSnapshots(members, nesting);
    hidden = new HiddenFileSystem(changes, entered, nesting);
    members.add(Member.open(Numbers.HIDDEN_PLACE, id, hidden, top -> Usage.NOTHING));
    limit(id, nesting.limits(id));
    members.nested().forEach(member -> limit(member.id(), nesting.limits(member.id())));
  }

  /**
   * The filesystem of a root, with what is nested in it.
   *
   * @param outlives a later process goes on with the root. It could not go on with what is open in
   *     nested ones, so there are none: EOPNOTSUPP
   */
  public static NestedFileSystem of(UUID id, FileSystem root, Nesting nesting, boolean outlives) {
    return new NestedFileSystem(root, new Tree(id, root, nesting, outlives));
  }

  private FileSystem open(UUID id) throws ErrnoException {
    requireNesting();
    FileSystem opened = nesting.open(id);
    opened.refuseOpens(opensRefused);
    return opened;
  }

  private void requireNesting() throws ErrnoException {
    if (outlives) {
      throw new ErrnoException(Errno.EOPNOTSUPP);
    }
  }

  /** Stores what waits first, and gives back what is free, so that what is held is counted. */
  private Usage measure(Member top) throws ErrnoException {
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

  /** Whether anything in the tree has limits. */
  boolean isLimited() {
    return isLimited;
  }

  /** Gives the root or a nested subvolume other limits; nothing for one that is not there. */
  public void limit(UUID id, Limits limits) {
    Member root = members.root();
    if (root.id().equals(id)) {
      root.budget().limit(limits);
    } else {
      members.find(id).ifPresent(member -> member.budget().limit(limits));
    }
    isLimited =
        root.budget().isLimited()
            || members.nested().stream().anyMatch(member -> member.budget().isLimited());
  }

  MemberTable members() {
    return members;
  }

  TreeChanges changes() {
    return changes;
  }

  /** The snapshots that are used by way of hidden directories. */
  EnteredSnapshots entered() {
    return entered;
  }

  /** Names of the hidden directory are taken everywhere. */
  static void requireOrdinary(Name name) throws ErrnoException {
    if (name.equals(HIDDEN)) {
      throw new ErrnoException(Errno.EPERM);
    }
  }

  /** Takes a reference on the hidden directory of a directory. */
  Attributes hidden(Member member, long directory) throws ErrnoException {
    boolean isFrozen = nesting.isFrozen() || member.isFrozen();
    if (member.place() == Numbers.HIDDEN_PLACE || isFrozen) {
      throw new ErrnoException(Errno.ENOENT);
    }
    requireNesting();
    Attributes entered = hidden.enter(member, directory);
    return entered.withInode(Numbers.number(Numbers.HIDDEN_PLACE, entered.inode()));
  }

  /** What is gone or not open has nothing to take back. */
  private void ifKnown(long number, BiConsumer<Member, FileSystem> taking) {
    members
        .find(number)
        .ifPresent(
            member -> {
              FileSystem known = member.known();
              if (known != null) {
                taking.accept(member, known);
              }
            });
  }

  void forget(long number, long count) {
    ifKnown(number, (member, known) -> known.forget(Numbers.inode(number), count));
    members.find(number).ifPresent(member -> entered.forget(member, count));
  }

  void release(long number, long handle) {
    ifKnown(number, (member, known) -> known.release(Numbers.inode(number), handle));
  }

  void refuseOpens(boolean refused) {
    opensRefused = refused;
    members.opening().forEach(member -> member.refuseOpens(refused));
  }

  /** Lets those that are members open no more files, or again; what is open goes on. */
  public void refuseOpens(Set<UUID> ids, boolean refused) {
    members.opening().stream()
        .filter(member -> ids.contains(member.id()))
        .forEach(member -> member.refuseOpens(refused));
  }

  /** Ends all that is nested; returns the numbers that {@code ending} gives for each. */
  long[] end(Function<FileSystem, long[]> ending) {
    long[] used = new long[0];
    for (Member member : members.opening()) {
      FileSystem known = member.refuse(Errno.ENODEV);
      if (known != null) {
        used = Numbers.joined(member.numbers(ending.apply(known)), used);
      }
    }
    return used;
  }

  /** The subvolumes that are nested in the root, at any depth, and whether each is locked. */
  public List<Nested> nested() {
    return members.nested().stream()
        .map(member -> new Nested(member.id(), member.parent().id(), member.isLocked()))
        .toList();
  }

  /** A subvolume of the tree; {@code locked} says that it was locked while the tree was open. */
  public record Nested(UUID id, UUID parent, boolean locked) {}

  /** Wipes the keys of one and of all that are nested in it; who uses them gets ENOKEY. */
  public void lock(UUID id) throws ErrnoException {
    changes.lock(require(id));
  }

  /** Lets one that was locked, and all that are nested in it, be opened again. */
  public void unlock(UUID id) throws ErrnoException {
    for (Member member : MemberTable.subtree(require(id))) {
      nesting.unlock(member.id());
      member.allow();
    }
  }

  /** Destroys one and all that are nested in it, whoever uses them. */
  public void destroy(UUID id) throws ErrnoException {
    changes.destroy(require(id));
  }

  /** What is carried out on a subvolume as a whole. */
  public interface Action {
    void run() throws IOException;
  }

  /** Carries out an action while nothing is nested in a subvolume, or destroyed there. */
  public void still(UUID id, Action action) throws IOException {
    Member root = members.root();
    Member top = root.id().equals(id) ? root : members.find(id).orElse(null);
    if (top == null) {
      throw new NoSuchFileException("nested " + id);
    }
    MemberTable.still(top, action);
  }

  /** Lets those that are members be used no more, because their keys go; or again. */
  public void refuse(Set<UUID> ids, boolean refused) {
    for (Member member : members.opening()) {
      if (ids.contains(member.id()) && refused) {
        changes.refuse(member, Errno.ENOKEY);
      } else if (ids.contains(member.id())) {
        member.allow();
      }
    }
  }

  /** Takes those that are members away, whoever uses them. */
  public void remove(Set<UUID> ids) {
    members.opening().stream().filter(member -> ids.contains(member.id())).forEach(changes::remove);
  }

  /** The places of those that are members, by which numbers of their inodes are told. */
  public Set<Integer> places(Set<UUID> ids) {
    return members.opening().stream()
        .filter(member -> ids.contains(member.id()))
        .map(Member::place)
        .collect(Collectors.toSet());
  }

  private Member require(UUID id) throws ErrnoException {
    return members.find(id).orElseThrow(() -> new ErrnoException(Errno.ENOENT));
  }
}
