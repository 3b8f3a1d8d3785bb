package ctrenc.overlay.nest;

import ctrenc.overlay.ring.MemoryPart;
import ctrenc.overlay.ring.NestedMembers;
import ctrenc.overlay.ring.NestedMembers.Entry;
import ctrenc.overlay.ring.NestedMembers.State;
import ctrenc.overlay.ring.RootMemory;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes down what of a tree must outlive this process, in its root's memory; nothing where the
 * root ends with the process. Thread-safe.
 */
final class TreeMemory {

  private static final byte[] NO_KEY = new byte[0];

  private final Optional<RootMemory> memory;
  private final Nesting nesting;

  /** Members are recovered only until the log of the earlier process is forgotten. */
  private volatile boolean isRecovering;

  TreeMemory(Optional<RootMemory> memory, Nesting nesting) {
    this.memory = memory;
    this.nesting = nesting;
    this.isRecovering = memory.filter(RootMemory::isRecovered).isPresent();
  }

  private Optional<NestedMembers> nested() {
    return memory.map(RootMemory::nested);
  }

  int lastPlace() {
    return memory.map(RootMemory::lastPlace).orElse(0);
  }

  void placeGiven(int place) {
    memory.ifPresent(one -> one.setLastPlace(Math.max(one.lastPlace(), place)));
  }

  boolean isRecovering() {
    return isRecovering;
  }

  /** All that an earlier process had open is taken up. */
  void recovered() {
    memory.ifPresent(one -> one.log().forgetRecovered());
    isRecovering = false;
  }

  /** What was written down of nested subvolumes. */
  List<Entry> entries() {
    return nested().map(NestedMembers::all).orElse(List.of());
  }

  void forget(UUID id) {
    nested().ifPresent(all -> all.remove(id));
  }

  /** What a member is opened with. */
  Optional<MemoryPart> partOf(Member member) {
    boolean wasOpen =
        isRecovering
            && nested()
                .flatMap(all -> all.find(member.id()))
                .filter(entry -> entry.state() == State.OPEN)
                .isPresent();
    return memory.map(one -> Numbers.part(one, member.place(), wasOpen));
  }

  /** A member is there, and its key in memory or not; ENOSPC if there is no room. */
  void made(Member member) throws ErrnoException {
    put(member, nesting.isLocked(member.id()) ? State.LOCKED : State.CLOSED);
  }

  /** A member is open, and its key in memory; ENOSPC if there is no room. */
  void opened(Member member) throws ErrnoException {
    put(member, State.OPEN);
  }

  /** Nothing of a member is open any more, or waits to be stored. */
  void closed(Member member) {
    memory.ifPresent(one -> Numbers.part(one, member.place(), false).forget());
  }

  /** The key of a member is wiped; ENOSPC if there is no room. */
  void locked(Member member) throws ErrnoException {
    require(write(member, State.LOCKED, NO_KEY));
  }

  /** A member is closed, and its key goes. Where there was no room for it, nothing is known. */
  void ending(Member member) {
    write(member, State.ENDING, NO_KEY);
  }

  /** Nothing is left of members, nor of the anchor of the outermost. */
  void ended(List<Member> members) {
    members.forEach(member -> forget(member.id()));
  }

  private void put(Member member, State state) throws ErrnoException {
    if (memory.isPresent()) {
      require(write(member, state, nesting.handOver(member.id()).orElse(NO_KEY)));
    }
  }

  private static void require(boolean hasRoom) throws ErrnoException {
    if (!hasRoom) {
      throw new ErrnoException(Errno.ENOSPC);
    }
  }

  private boolean write(Member member, State state, byte[] key) {
    long anchor = member.parent().number(member.anchor());
    Entry entry = new Entry(member.id(), state, anchor, key);
    return nested().map(all -> all.put(entry)).orElse(true);
  }
}
