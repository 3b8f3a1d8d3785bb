package ctrenc.overlay.nest;

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
  private final Map<Door, Entrance> byDoor = new HashMap<>();
  private final ConcurrentMap<Integer, Entrance> byPlace = new ConcurrentHashMap<>();

  /** Those without references, the longest idle first. */
  private final SequencedSet<Entrance> idle = new LinkedHashSet<>();

  EnteredSnapshots(MemberTable members, Nesting nesting) {
    this.members = members;
    this.nesting = nesting;
  }

  /** A snapshot, and the directory in it that is shown. */
  private record Door(UUID snapshot, long directory) {}

  private static final class Entrance {
    private final Door door;
    private final Member top;
    private final List<Member> all = new ArrayList<>();
    private long references;

    Entrance(Door door, Member top) {
      this.door = door;
      this.top = top;
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
    Member top = members.addFrozen(shown, nesting::openSnapshot);
    Entrance entrance = new Entrance(door, top);
    add(entrance, top);
    byId.put(top.id(), top);
    for (Nesting.Nested part : nesting.parts(door.snapshot())) {
      Member parent = byId.get(part.parent());
      if (parent != null) {
        Nesting.Nested placed =
            new Nesting.Nested(part.id(), part.parent(), part.anchor(), members.newPlace());
        Member added = members.addFrozen(parent, placed, nesting::openSnapshot);
        add(entrance, added);
        byId.put(part.id(), added);
      }
    }
    return entrance;
  }

  private void add(Entrance entrance, Member member) {
    entrance.all.add(member);
    byPlace.put(member.place(), entrance);
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
    Entrance ended = idle.removeFirst();
    byDoor.remove(ended.door, ended);
    ended.all.forEach(one -> byPlace.remove(one.place()));
    return ended.all;
  }

  private void count(Entrance entrance, long count) {
    entrance.references += count;
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
  }

  /** Whether a number is of a directory by which a snapshot is entered. */
  boolean isEntrance(long number) {
    Entrance entrance = byPlace.get(Numbers.place(number));
    return entrance != null && entrance.top.number(entrance.door.directory()) == number;
  }
}
