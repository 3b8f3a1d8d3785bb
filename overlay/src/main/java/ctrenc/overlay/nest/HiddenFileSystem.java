package ctrenc.overlay.nest;

import ctrenc.overlay.nest.HiddenNode.Kind;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.DirectorySink;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.OpenFile;
import ctrenc.overlay.vfs.RefusingFileSystem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.UUID;

/**
 * The hidden directories of all directories of a tree. Those by which something is nested in a
 * directory have that directory's owner, permissions and access control lists, so the kernel lets
 * make it whoever may write there, and the sticky bit, so that its owner or the directory's alone
 * destroys it.
 */
final class HiddenFileSystem implements RefusingFileSystem {

  private final HiddenNodes nodes;
  private final HiddenContent content;
  private final HiddenChanges changes;
  private final EnteredSnapshots entered;
  private final Nesting nesting;

  HiddenFileSystem(
      TreeMaking making,
      TreeChanges changes,
      EnteredSnapshots entered,
      Nesting nesting,
      HiddenNodes nodes) {
    this.nodes = nodes;
    this.entered = entered;
    this.nesting = nesting;
    content = new HiddenContent(nesting);
    this.changes = new HiddenChanges(making, changes, nesting);
  }

  /**
   * Takes a reference on the hidden directory of a directory; its number is the one in the tree.
   */
  Attributes enter(Member in, long directory) throws ErrnoException {
    boolean isFrozen = nesting.isFrozen() || in.isFrozen();
    if (in.place() == Numbers.HIDDEN_PLACE || isFrozen) {
      throw new ErrnoException(Errno.ENOENT);
    }
    if (!in.fileSystem().getattr(directory).isDirectory()) {
      throw new ErrnoException(Errno.ENOTDIR);
    }
    Attributes control = taken(HiddenNode.control(in, directory));
    return control.withInode(Numbers.number(Numbers.HIDDEN_PLACE, control.inode()));
  }

  /** A snapshot shows the directory as it was; an empty one where it was not. */
  private Attributes found(HiddenNode node) throws ErrnoException {
    Optional<UUID> snapshot =
        node.kind() == Kind.SNAPSHOT
            ? nesting.findSnapshot(node.in().id(), node.name())
            : Optional.empty();
    Optional<Attributes> was =
        snapshot.isPresent() ? entered.enter(snapshot.get(), node.directory()) : Optional.empty();
    return was.isPresent() ? was.get() : taken(node);
  }

  private Attributes taken(HiddenNode node) throws ErrnoException {
    Attributes shown = content.attributes(node);
    return shown.withInode(nodes.take(node));
  }

  @Override
  public Attributes lookup(Caller caller, long parent, Name name) throws ErrnoException {
    HiddenNode from = nodes.of(parent);
    if (name.equals(Name.DOT)) {
      return taken(from);
    }
    return found(content.child(from, name));
  }

  @Override
  public void forget(long inode, long count) {
    nodes.forget(inode, count);
  }

  @Override
  public Attributes getattr(long inode) throws ErrnoException {
    return content.attributes(nodes.of(inode)).withInode(inode);
  }

  @Override
  public Attributes mkdir(Caller caller, long parent, Name name, int mode, int umask)
      throws ErrnoException {
    return found(changes.make(caller, nodes.of(parent), name, mode & ~umask));
  }

  @Override
  public void rmdir(Caller caller, long parent, Name name) throws ErrnoException {
    changes.remove(caller, nodes.of(parent), name);
  }

  @Override
  public void readdir(long inode, long cookie, boolean plus, DirectorySink sink)
      throws ErrnoException {
    HiddenListing listing = new HiddenListing(content, nodes, inode, plus, sink);
    listing.list(nodes.of(inode), cookie);
  }

  @Override
  public OpenFile open(Caller caller, long inode, int flags) throws ErrnoException {
    if (nodes.of(inode).kind() != Kind.INFO) {
      throw new ErrnoException(Errno.EISDIR);
    }
    return new OpenFile(0, false);
  }

  @Override
  public int read(long inode, long handle, long offset, MemorySegment target)
      throws ErrnoException {
    byte[] text = content.text(nodes.of(inode));
    int from = (int) Math.min(offset, text.length);
    int count = (int) Math.min(text.length - from, target.byteSize());
    MemorySegment.copy(text, from, target, ValueLayout.JAVA_BYTE, 0, count);
    return count;
  }

  /** Access control lists alone, by which the kernel checks the caller's permissions. */
  @Override
  public byte[] getxattr(long inode, Name name) throws ErrnoException {
    return content.accessControl(nodes.of(inode), name);
  }

  @Override
  public byte[] listxattr(long inode) {
    return new byte[0];
  }

  /** The kernel takes it for a matter of permissions, as on directories that nobody may change. */
  @Override
  public Errno refusal() {
    return Errno.EPERM;
  }
}
