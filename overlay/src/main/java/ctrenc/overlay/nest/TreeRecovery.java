package ctrenc.overlay.nest;

import ctrenc.overlay.ring.NestedMembers.Entry;
import ctrenc.overlay.ring.NestedMembers.State;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Goes on with what is nested in a root where an earlier process stopped: who was open is opened,
 * and what waited to be stored is; who was locked alone stays so; of those that are gone, because
 * they were being destroyed or their keys are lost, the anchors go.
 */
final class TreeRecovery {

  private final MemberTable members;
  private final Nesting nesting;
  private final TreeMemory memory;

  TreeRecovery(MemberTable members, Nesting nesting, TreeMemory memory) {
    this.members = members;
    this.nesting = nesting;
    this.memory = memory;
  }

  /** If it fails, what waited to be stored is still in the memory. */
  void run() throws ErrnoException {
    Map<UUID, Member> known = new HashMap<>();
    members.nested().forEach(member -> known.put(member.id(), member));
    List<Entry> gone = new ArrayList<>();
    for (Entry entry : memory.entries()) {
      Member member = known.remove(entry.id());
      if (member == null) {
        gone.add(entry);
      } else {
        goOn(member, entry.state());
      }
    }
    memory.recovered();
    for (Member unknown : known.values()) {
      memory.made(unknown);
    }
    for (Entry entry : gone) {
      removeAnchor(entry);
    }
  }

  private void goOn(Member member, State state) throws ErrnoException {
    switch (state) {
      case LOCKED -> {
        member.refuse(Errno.ENOKEY);
        nesting.lock(member.id());
      }
      case OPEN -> {
        try {
          member.fileSystem();
        } catch (ErrnoException e) {
          // Its key did not come over: whoever uses it is told so, until it is unlocked.
          if (e.errno() != Errno.ENOKEY) {
            throw e;
          }
        }
      }
      case CLOSED, ENDING -> memory.made(member);
    }
  }

  private void removeAnchor(Entry entry) throws ErrnoException {
    long anchor = Numbers.inode(entry.anchor());
    try {
      FileSystem in = members.of(entry.anchor()).fileSystem();
      Attributes above = in.lookup(Caller.ROOT, anchor, Name.DOT_DOT);
      in.forget(above.inode(), 1);
      in.rmdir(Caller.ROOT, above.inode(), TreeChanges.nameOf(in, above.inode(), anchor));
    } catch (ErrnoException e) {
      switch (e.errno()) {
        case ESTALE, ENOENT, ENOTEMPTY -> {
          // It is gone, or has become somebody's directory.
        }
        case ENOKEY -> {
          return; // What it is in is locked; it is tried again by whoever follows.
        }
        default -> throw e;
      }
    }
    memory.forget(entry.id());
  }
}
