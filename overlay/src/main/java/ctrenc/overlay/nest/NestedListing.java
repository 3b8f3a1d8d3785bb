package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.DirectorySink;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Passes a member's directory on with the numbers of the tree, and with what is nested in it in the
 * place of the anchors. One that is not open is named without attributes: a listing is inside its
 * member, where it must not wait for whoever keeps another one closed.
 */
final class NestedListing implements DirectorySink {

  private static final int DIRECTORY_TYPE = FileMode.direntType(FileMode.DIRECTORY);

  private final Member member;
  private final DirectorySink sink;
  private final List<Long> anchors = new ArrayList<>(0);
  private long taken;

  NestedListing(Member member, DirectorySink sink) {
    this.member = member;
    this.sink = sink;
  }

  @Override
  public boolean accept(Name name, long inode, int type, long cookie) {
    Member child = member.children().get(inode);
    long number = child == null ? member.number(inode) : child.number(FileSystem.ROOT);
    return sink.accept(name, number, type, cookie);
  }

  @Override
  public boolean accept(Name name, Attributes attributes, long cookie) {
    Member child = member.children().get(attributes.inode());
    if (child == null) {
      return counted(sink.accept(name, member.shown(attributes), cookie));
    }
    Attributes shown = rootOf(child);
    boolean isTaken =
        shown == null
            ? sink.accept(name, child.number(FileSystem.ROOT), DIRECTORY_TYPE, cookie)
            : counted(sink.accept(name, shown, cookie));
    if (isTaken) {
      anchors.add(attributes.inode());
    }
    return isTaken;
  }

  private boolean counted(boolean isTaken) {
    taken += isTaken ? 1 : 0;
    return isTaken;
  }

  /** How many entries with attributes were taken: a reference for each. */
  long taken() {
    return taken;
  }

  private static @Nullable Attributes rootOf(Member child) {
    FileSystem known = child.known();
    try {
      return known == null ? null : child.shown(known.getattr(FileSystem.ROOT));
    } catch (ErrnoException e) {
      // It is being closed; a lookup says why.
      return null;
    }
  }

  /** The listing took a reference on each anchor, of which nobody knows. */
  void forgetAnchors(FileSystem listed) {
    for (long anchor : anchors) {
      listed.forget(anchor, 1);
    }
  }
}
