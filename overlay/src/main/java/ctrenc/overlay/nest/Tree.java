package ctrenc.overlay.nest;

import ctrenc.overlay.ring.MemoryPart;
import ctrenc.overlay.ring.RootMemory;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** A root and what is nested in it, seen as a whole. Thread-safe. */
public final class Tree {

  /** The name of the hidden directory, in every directory. */
  static final Name HIDDEN = Name.of(".ctr-enc");

  private final Nesting nesting;
  private final TreeLimits limits;
  private final TreeMemory memory;
  private final MemberTable members;
  private final TreeChanges changes;
  private final EnteredSnapshots entered;
  private final HiddenNodes nodes;
  private final HiddenFileSystem hidden;
  private volatile boolean opensRefused;

  private Tree(UUID id, FileSystem root, Nesting nesting, Optional<RootMemory> outliving) {
    this.nesting = nesting;
    limits = new TreeLimits(nesting);
    memory = new TreeMemory(outliving, nesting);
    Member whole = Member.open(0, id, root, limits::measure);
    members = new MemberTable(whole, this::open, limits::measure, memory);
    members.addAll(nesting.within(id));
    changes = new TreeChanges(members, nesting, memory);
    entered = new EnteredSnapshots(members, nesting, memory, new EntranceMemory(outliving));
    nodes = new HiddenNodes(outliving);
    TreeMaking making = new TreeMaking(members, nesting, memory, changes);
    hidden = new HiddenFileSystem(making, changes, entered, nesting, nodes);
    members.add(Member.open(Numbers.HIDDEN_PLACE, id, hidden, top -> Usage.NOTHING));
    limit(id, nesting.limits(id));
    members.nested().forEach(member -> limit(member.id(), nesting.limits(member.id())));
  }

  /**
   * The filesystem of a root, with what is nested in it.
   *
   * @param memory what outlives this process; what an earlier one left there of nested subvolumes
   *     is taken up, where {@code root} has taken up its own part
   * @throws ErrnoException if that fails; the memory is as it was then
   */
  public static NestedFileSystem of(
      UUID id, FileSystem root, Nesting nesting, Optional<RootMemory> memory)
      throws ErrnoException {
    Tree tree = new Tree(id, root, nesting, memory);
    boolean isTakenUp = false;
    try {
      tree.takeUp();
      isTakenUp = true;
    } finally {
      if (!isTakenUp) {
        tree.close();
      }
    }
    return new NestedFileSystem(root, tree);
  }

  private void takeUp() throws ErrnoException {
    new TreeRecovery(members, nesting, memory).run();
    entered.recover();
    nodes.recover(members);
  }

  /** Closes all that is nested. */
  void close() {
    members.end(
        member -> {
          member.close();
          return new long[0];
        });
  }

  /** The part of a memory that the root itself is opened with. */
  public static MemoryPart partOfRoot(RootMemory memory) {
    return Numbers.part(memory, 0, memory.isRecovered());
  }

  private FileSystem open(Member member) throws ErrnoException {
    FileSystem opened = nesting.open(member.id(), memory.partOf(member));
    boolean isKept = false;
    try {
      memory.opened(member);
      isKept = true;
    } finally {
      if (!isKept) {
        opened.close();
      }
    }
    opened.refuseOpens(opensRefused);
    return opened;
  }

  /** Whether anything in the tree has limits. */
  boolean isLimited() {
    return limits.isAny();
  }

  /** Gives the root or a nested subvolume other limits; nothing for one that is not there. */
  public void limit(UUID id, Limits most) {
    limits.set(members, id, most);
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
    return hidden.enter(member, directory);
  }

  void forget(long number, long count) {
    members.ifOpen(number, known -> known.forget(Numbers.inode(number), count));
    members.find(number).ifPresent(member -> entered.forget(member, count));
  }

  void release(long number, long handle) {
    members.ifOpen(number, known -> known.release(Numbers.inode(number), handle));
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
      allow(member);
    }
  }

  private void allow(Member member) throws ErrnoException {
    member.allow();
    if (member.known() == null && !member.isFrozen()) {
      memory.made(member);
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
    Member top = members.findAny(id).orElseThrow(() -> new NoSuchFileException("nested " + id));
    MemberTable.still(top, action);
  }

  /** Lets those that are members be used no more, because their keys go; or again. */
  public void refuse(Set<UUID> ids, boolean refused) throws ErrnoException {
    for (Member member : members.opening()) {
      if (ids.contains(member.id()) && refused) {
        changes.refuse(member, Errno.ENOKEY);
      } else if (ids.contains(member.id())) {
        allow(member);
      }
    }
  }

  /** Takes those that are members away, whoever uses them. */
  public void remove(Set<UUID> ids) {
    members.opening().stream().filter(member -> ids.contains(member.id())).forEach(changes::remove);
    entered.removed(ids);
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
