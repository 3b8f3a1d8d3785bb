package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The members of a tree by place. A place is not given again as long as the tree is shown, be it by
 * one process after another: the kernel may still know inodes of who had it. Thread-safe.
 */
final class MemberTable {

  private final Member root;
  private final Opening opening;
  private final Measuring measuring;
  private final ConcurrentMap<Integer, Member> members = new ConcurrentHashMap<>();
  private final TreeMemory memory;
  private final AtomicInteger lastPlace;

  MemberTable(Member root, Opening opening, Measuring measuring, TreeMemory memory) {
    this.memory = memory;
    this.lastPlace = new AtomicInteger(memory.lastPlace());
    this.root = root;
    this.opening = opening;
    this.measuring = measuring;
  }

  /** Takes up what is nested in the root already. */
  void addAll(List<Nesting.Nested> all) {
    Map<UUID, Member> byId = new HashMap<>();
    byId.put(root.id(), root);
    List<Nesting.Nested> waiting = new ArrayList<>(all);
    waiting.sort(Comparator.comparingInt(Nesting.Nested::place));
    // A parent was made before what is nested in it, so its place is lower.
    for (Nesting.Nested nested : waiting) {
      Member parent = byId.get(nested.parent());
      if (parent != null) {
        byId.put(nested.id(), add(parent, nested));
      }
    }
  }

  Member add(Member parent, Nesting.Nested nested) {
    Member member = hung(Member.nested(nested, parent, opening, measuring));
    lastPlace.accumulateAndGet(nested.place(), Math::max);
    return member;
  }

  private Member hung(Member member) {
    members.put(member.place(), member);
    member.parent().children().put(member.anchor(), member);
    return member;
  }

  /** Shows a snapshot in the tree. */
  Member addFrozen(Nesting.Nested snapshot, Opening frozen) {
    Member member = Member.frozen(snapshot, null, frozen);
    members.put(member.place(), member);
    return member;
  }

  /** Shows a snapshot that is part of one. */
  Member addFrozen(Member parent, Nesting.Nested part, Opening frozen) {
    return hung(Member.frozen(part, parent, frozen));
  }

  boolean has(Member member) {
    return members.get(member.place()) == member;
  }

  void add(Member hidden) {
    members.put(hidden.place(), hidden);
  }

  /** A place that nobody had since the tree was opened; ENOSPC if there is none left. */
  int newPlace() throws ErrnoException {
    int place = lastPlace.incrementAndGet();
    if (place >= Numbers.HIDDEN_PLACE) {
      lastPlace.set(Numbers.HIDDEN_PLACE);
      throw new ErrnoException(Errno.ENOSPC);
    }
    memory.placeGiven(place);
    return place;
  }

  /** The member that an inode is in; ESTALE if it is gone. */
  Member of(long number) throws ErrnoException {
    int place = Numbers.place(number);
    if (place == 0) {
      return root;
    }
    Member member = members.get(place);
    if (member == null) {
      throw new ErrnoException(Errno.ESTALE);
    }
    return member;
  }

  /** The same; empty if it is gone. */
  Optional<Member> find(long number) {
    int place = Numbers.place(number);
    return place == 0 ? Optional.of(root) : Optional.ofNullable(members.get(place));
  }

  Member root() {
    return root;
  }

  Optional<Member> find(UUID id) {
    return nested().stream().filter(member -> member.id().equals(id)).findFirst();
  }

  /** The same, or the root. */
  Optional<Member> findAny(UUID id) {
    return root.id().equals(id) ? Optional.of(root) : find(id);
  }

  /** What is gone or not open has nothing to take back. */
  void ifOpen(long number, Consumer<FileSystem> taking) {
    find(number).flatMap(member -> Optional.ofNullable(member.known())).ifPresent(taking);
  }

  /** All that are nested, at any depth. */
  List<Member> nested() {
    return members.values().stream()
        .filter(member -> member.isNested() && !member.isFrozen())
        .toList();
  }

  /** The same, and the snapshots that are shown. */
  List<Member> opening() {
    return members.values().stream()
        .filter(member -> member.isNested() || member.isFrozen())
        .toList();
  }

  void sync() throws ErrnoException {
    ofKnown(FileSystem::sync);
  }

  void settle() throws ErrnoException {
    ofKnown(FileSystem::settle);
  }

  /** Something that is done to a whole filesystem. */
  @FunctionalInterface
  private interface Act {
    void on(FileSystem fileSystem) throws ErrnoException;
  }

  private void ofKnown(Act act) throws ErrnoException {
    for (Member member : nested()) {
      FileSystem known = member.known();
      if (known != null) {
        act.on(known);
      }
    }
  }

  long[] inUse(long[] ofRoot) {
    long[] all = ofRoot;
    for (Member member : opening()) {
      FileSystem known = member.known();
      if (known != null) {
        all = Numbers.joined(member.numbers(known.inUse()), all);
      }
    }
    return all;
  }

  /** One and all that are nested in it, the innermost first. */
  static List<Member> subtree(Member top) {
    List<Member> found = new ArrayList<>();
    top.children().values().forEach(child -> found.addAll(subtree(child)));
    found.add(top);
    return found;
  }

  /** Carries out an action while nothing is nested in one, at any depth, or destroyed there. */
  static void still(Member top, Tree.Action action) throws IOException {
    Map<StampedLock, Long> held = new HashMap<>();
    try {
      hold(top, held);
      action.run();
    } finally {
      held.forEach(StampedLock::unlockRead);
    }
  }

  private static void hold(Member member, Map<StampedLock, Long> held) {
    held.put(member.names(), member.names().readLock());
    member.children().values().forEach(child -> hold(child, held));
  }

  /** What shows where a member's entry was looked up. */
  static Attributes entered(Member member, Attributes found) throws ErrnoException {
    if (member.children().isEmpty()) {
      return member.shown(found);
    }
    Member child = member.children().get(found.inode());
    if (child == null) {
      return member.shown(found);
    }
    member.fileSystem().forget(found.inode(), 1);
    return child.rootAttributes();
  }

  void remove(Member member) {
    members.remove(member.place(), member);
    if (member.isNested()) {
      member.parent().children().remove(member.anchor(), member);
    }
  }

  /** Ends all that is nested; returns the numbers that {@code ending} gives for each. */
  long[] end(Function<FileSystem, long[]> ending) {
    long[] used = new long[0];
    for (Member member : opening()) {
      FileSystem known = member.refuse(Errno.ENODEV);
      if (known != null) {
        used = Numbers.joined(member.numbers(ending.apply(known)), used);
      }
    }
    return used;
  }
}
