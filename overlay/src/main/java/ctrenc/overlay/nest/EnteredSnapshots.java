package ctrenc.overlay.nest;

import ctrenc.overlay.nest.EntranceMemory.Entered;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The snapshots that the kernel refers to by way of hidden directories. Thread-safe.
 *
 * <p>A directory leads to itself as it was, and to nothing above it: who is kept in it has no way
 * out. Each such entrance has members of its own, because a directory that the kernel finds at two
 * places it takes for one that was moved. A few that nothing refers to stay open, for callers that
 * give each reference back before they go on; the others are closed.
 */
final class EnteredSnapshots {

  /** So many stay open without references. */
  private static final int MOST_IDLE = 16;

  private final MemberTable members;
  private final Nesting nesting;
  private final TreeMemory memory;
  private final EntranceMemory kept;
  private final Map<Door, Entrance> byDoor = new HashMap<>();
  private final ConcurrentMap<Integer, Entrance> byPlace = new ConcurrentHashMap<>();

  /** Those without references, the longest idle first. */
  private final SequencedSet<Entrance> idle = new LinkedHashSet<>();

  EnteredSnapshots(MemberTable members, Nesting nesting, TreeMemory memory, EntranceMemory kept) {
    this.members = members;
    this.nesting = nesting;
    this.memory = memory;
    this.kept = kept;
  }

  /** A snapshot, and the directory in it that is shown. */
  private record Door(UUID snapshot, long directory) {}

  private static final class Entrance {
    private final Door door;
    private final Member top;
    private final int slot;
    private final List<Member> all = new ArrayList<>();
    private final List<Integer> slots = new ArrayList<>();
    private long references;

    Entrance(Door door, Member top, int slot) {
      this.door = door;
      this.top = top;
      this.slot = slot;
    }
  }

  /**
   * Takes a reference on a directory as it is in a snapshot; empty if it is not there, or locked.
   */
  Optional<Attributes> enter(UUID snapshot, long directory) throws ErrnoException {
    Member top = refer(new Door(snapshot, directory));
    boolean isEntered = false;
    try {
      Attributes found = top.fileSystem().lookup(Caller.ROOT, directory, Name.DOT);
      isEntered = true;
      return Optional.of(top.shown(found));
    } catch (ErrnoException e) {
      return switch (e.errno()) {
        case ENOENT, ESTALE, ENOKEY -> Optional.empty();
        default -> throw e;
      };
    } finally {
      if (!isEntered) {
        forget(top, 1);
      }
    }
  }

  private synchronized Member refer(Door door) throws ErrnoException {
    Entrance known = byDoor.get(door);
    if (known == null || !members.has(known.top)) {
      known = opened(door);
      byDoor.put(door, known);
    }
    count(known, 1);
    return known.top;
  }

  /** With the snapshots of nested subvolumes that are part of it. */
  private Entrance opened(Door door) throws ErrnoException {
    Map<UUID, Member> byId = new HashMap<>();
    Nesting.Nested shown =
        new Nesting.Nested(door.snapshot(), door.snapshot(), 0, members.newPlace());
    Member top = members.addFrozen(shown, this::open);
    Entrance entrance = new Entrance(door, top, kept.entered(top, door.directory()));
    add(entrance, top, entrance.slot);
    byId.put(top.id(), top);
    for (Nesting.Nested part : nesting.parts(door.snapshot())) {
      Member parent = byId.get(part.parent());
      if (parent != null) {
        Nesting.Nested placed =
            new Nesting.Nested(part.id(), part.parent(), part.anchor(), members.newPlace());
        Member added = members.addFrozen(parent, placed, this::open);
        add(entrance, added, kept.added(added));
        byId.put(part.id(), added);
      }
    }
    return entrance;
  }

  /** What is gone is ESTALE, as for those who used it when it went. */
  private FileSystem open(Member member) throws ErrnoException {
    try {
      return nesting.openSnapshot(member.id(), memory.partOf(member));
    } catch (ErrnoException e) {
      throw e.errno() == Errno.ENOENT ? new ErrnoException(Errno.ESTALE) : e;
    }
  }

  private void add(Entrance entrance, Member member, int slot) {
    entrance.all.add(member);
    entrance.slots.add(slot);
    byPlace.put(member.place(), entrance);
  }

  /** Takes up what the kernel refers to from an earlier process's time. */
  synchronized void recover() {
    for (Entered found : kept.all()) {
      if (found.hangsAt().isPresent()) {
        recoverPart(found, found.hangsAt().get());
      } else if (found.references() > 0) {
        recoverTop(found);
      } else {
        kept.remove(found.slot());
      }
    }
  }

  private void recoverTop(Entered found) {
    UUID id = found.snapshot();
    Nesting.Nested shown = new Nesting.Nested(id, id, 0, found.place());
    Member top = members.addFrozen(shown, this::open);
    Entrance entrance = new Entrance(new Door(id, found.directory()), top, found.slot());
    add(entrance, top, found.slot());
    byDoor.put(entrance.door, entrance);
    entrance.references = found.references();
  }

  private void recoverPart(Entered found, long hangsAt) {
    Entrance entrance = byPlace.get(Numbers.place(hangsAt));
    Optional<Member> parent = members.find(hangsAt);
    if (entrance == null || parent.isEmpty()) {
      kept.remove(found.slot());
      return;
    }
    Nesting.Nested part =
        new Nesting.Nested(
            found.snapshot(), parent.get().id(), Numbers.inode(hangsAt), found.place());
    add(entrance, members.addFrozen(parent.get(), part, this::open), found.slot());
  }

  /** Counts references that were handed out on what is in a member, if it is of a snapshot. */
  synchronized void refer(Member member, long count) {
    Entrance entrance = byPlace.get(member.place());
    if (entrance != null) {
      count(entrance, count);
    }
  }

  /** Gives references back. */
  void forget(Member member, long count) {
    if (member.isFrozen()) {
      unused(member, count).forEach(this::close);
    }
  }

  /** Returns what is to be closed. */
  private synchronized List<Member> unused(Member member, long count) {
    refer(member, -count);
    if (idle.size() <= MOST_IDLE) {
      return List.of();
    }
    Entrance ended = idle.getFirst();
    drop(ended);
    return ended.all;
  }

  private void drop(Entrance ended) {
    idle.remove(ended);
    byDoor.remove(ended.door, ended);
    ended.all.forEach(one -> byPlace.remove(one.place()));
    ended.slots.forEach(kept::remove);
  }

  /** Nobody enters those any more, whose members are gone. */
  synchronized void removed(Set<UUID> snapshots) {
    List.copyOf(byDoor.values()).stream()
        .filter(entrance -> snapshots.contains(entrance.door.snapshot()))
        .forEach(this::drop);
  }

  private void count(Entrance entrance, long count) {
    entrance.references += count;
    kept.setReferences(entrance.slot, entrance.references);
    if (entrance.references > 0) {
      idle.remove(entrance);
    } else {
      idle.add(entrance);
    }
  }

  private void close(Member member) {
    members.remove(member);
    FileSystem known = member.refuse(Errno.ESTALE);
    if (known != null) {
      known.close();
    }
    memory.closed(member);
  }

  /** Whether a number is of a directory by which a snapshot is entered. */
  boolean isEntrance(long number) {
    Entrance entrance = byPlace.get(Numbers.place(number));
    return entrance != null && entrance.top.number(entrance.door.directory()) == number;
  }
}
