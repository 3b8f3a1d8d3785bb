package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.AttributeChange;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.ChangeWatcher;
import ctrenc.overlay.vfs.CreatedFile;
import ctrenc.overlay.vfs.DirectorySink;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUsage;
import ctrenc.overlay.vfs.HostFile;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.OpenFile;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A root and all that is nested in it as one filesystem: each call goes to the member that the
 * inode is in. Where an entry leads to an anchor, the subvolume that hangs there shows in its
 * place. Closing it closes all members.
 */
public final class NestedFileSystem implements FileSystem {

  /** O_ACCMODE of open(2). */
  private static final int ACCESS_MODE = 3;

  private final FileSystem root;
  private final Tree tree;

  NestedFileSystem(FileSystem root, Tree tree) {
    this.root = root;
    this.tree = tree;
  }

  /** What can be done to the tree as a whole. */
  public Tree tree() {
    return tree;
  }

  private Member member(long number) throws ErrnoException {
    return tree.members().of(number);
  }

  private FileSystem at(long number) throws ErrnoException {
    return Numbers.place(number) == 0 ? root : member(number).fileSystem();
  }

  private static long in(long number) {
    return Numbers.inode(number);
  }

  /** Where something is made: names of the hidden directory are taken everywhere. */
  private Member directory(long number, Name name) throws ErrnoException {
    Tree.requireOrdinary(name);
    return member(number);
  }

  /** The same, with room for one inode more. */
  private Member room(long number, Name name) throws ErrnoException {
    Member member = directory(number, name);
    charge(member, 0, 1);
    return member;
  }

  private void charge(Member member, long bytes, long inodes) throws ErrnoException {
    if (tree.isLimited()) {
      member.charge(bytes, inodes);
    }
  }

  /** Where something may have become less. */
  private Member shrunk(Member member) {
    if (tree.isLimited()) {
      member.shrink();
    }
    return member;
  }

  /** What is written where limits are comes at once, so that the write that crosses one fails. */
  private OpenFile opened(Member member, OpenFile file, int flags) {
    boolean writes = (flags & ACCESS_MODE) != 0;
    return writes && tree.isLimited() && member.isLimited() ? file.asDirect() : file;
  }

  private static Member same(Member one, Member other) throws ErrnoException {
    if (one != other) {
      throw new ErrnoException(Errno.EXDEV);
    }
    return one;
  }

  @Override
  public Attributes lookup(Caller caller, long parent, Name name) throws ErrnoException {
    Member member = member(parent);
    if (name.equals(Tree.HIDDEN)) {
      return tree.hidden(member, in(parent));
    }
    if (member.isNested() && in(parent) == ROOT && name.equals(Name.DOT_DOT)) {
      Member above = member.parent();
      return above.shown(above.fileSystem().lookup(caller, member.anchor(), name));
    }
    if (name.equals(Name.DOT_DOT) && tree.entered().isEntrance(parent)) {
      throw new ErrnoException(Errno.ESTALE);
    }
    FileSystem at = member.fileSystem();
    Attributes found = MemberTable.entered(member, at.lookup(caller, in(parent), name));
    if (member.isFrozen()) {
      tree.entered().refer(member, 1);
    }
    return found;
  }

  @Override
  public void forget(long inode, long count) {
    tree.forget(inode, count);
  }

  @Override
  public Attributes getattr(long inode) throws ErrnoException {
    if (Numbers.place(inode) == 0) {
      return root.getattr(inode);
    }
    Member member = member(inode);
    return in(inode) == ROOT
        ? member.rootAttributes()
        : member.shown(member.fileSystem().getattr(in(inode)));
  }

  @Override
  public Attributes setattr(Caller caller, long inode, AttributeChange change)
      throws ErrnoException {
    Member member = shrunk(member(inode));
    return member.shown(member.fileSystem().setattr(caller, in(inode), change));
  }

  @Override
  public byte[] readlink(long inode) throws ErrnoException {
    return at(inode).readlink(in(inode));
  }

  @Override
  public Attributes mknod(Caller caller, long parent, Name name, int mode, int umask, int rdev)
      throws ErrnoException {
    Member member = room(parent, name);
    return member.shown(member.fileSystem().mknod(caller, in(parent), name, mode, umask, rdev));
  }

  @Override
  public Attributes mkdir(Caller caller, long parent, Name name, int mode, int umask)
      throws ErrnoException {
    Member member = room(parent, name);
    return member.shown(member.fileSystem().mkdir(caller, in(parent), name, mode, umask));
  }

  @Override
  public Attributes symlink(Caller caller, long parent, Name name, byte[] target)
      throws ErrnoException {
    Member member = room(parent, name);
    return member.shown(member.fileSystem().symlink(caller, in(parent), name, target));
  }

  @Override
  public Attributes link(Caller caller, long inode, long newParent, Name newName)
      throws ErrnoException {
    Member member = same(member(inode), directory(newParent, newName));
    return member.shown(member.fileSystem().link(caller, in(inode), in(newParent), newName));
  }

  @Override
  public void unlink(Caller caller, long parent, Name name) throws ErrnoException {
    shrunk(directory(parent, name)).fileSystem().unlink(caller, in(parent), name);
  }

  @Override
  public void rmdir(Caller caller, long parent, Name name) throws ErrnoException {
    tree.changes().rmdir(caller, shrunk(directory(parent, name)), in(parent), name);
  }

  @Override
  public void rename(Caller caller, long parent, Name name, long newParent, Name newName, int flags)
      throws ErrnoException {
    Member member = shrunk(same(directory(parent, name), directory(newParent, newName)));
    tree.changes().rename(caller, member, in(parent), name, in(newParent), newName, flags);
  }

  @Override
  public OpenFile open(Caller caller, long inode, int flags) throws ErrnoException {
    Member member = member(inode);
    if (member.isFrozen() && (flags & ACCESS_MODE) != 0) {
      throw new ErrnoException(Errno.EROFS);
    }
    return opened(member, member.fileSystem().open(caller, in(inode), flags), flags);
  }

  @Override
  public long imageCeiling() {
    return root.imageCeiling();
  }

  @Override
  public Optional<HostFile> hostFile(long inode) throws ErrnoException {
    return Numbers.place(inode) == 0 ? root.hostFile(inode) : Optional.empty();
  }

  @Override
  public CreatedFile create(Caller caller, long parent, Name name, int mode, int umask, int flags)
      throws ErrnoException {
    Member member = room(parent, name);
    CreatedFile made = member.fileSystem().create(caller, in(parent), name, mode, umask, flags);
    return new CreatedFile(member.shown(made.attributes()), opened(member, made.file(), flags));
  }

  @Override
  public CreatedFile tmpfile(Caller caller, long parent, int mode, int umask, int flags)
      throws ErrnoException {
    Member member = member(parent);
    charge(member, 0, 1);
    CreatedFile made = member.fileSystem().tmpfile(caller, in(parent), mode, umask, flags);
    return new CreatedFile(member.shown(made.attributes()), opened(member, made.file(), flags));
  }

  @Override
  public int read(long inode, long handle, long offset, MemorySegment target)
      throws ErrnoException {
    return at(inode).read(in(inode), handle, offset, target);
  }

  @Override
  public int write(long inode, long handle, long offset, MemorySegment source, boolean kill)
      throws ErrnoException {
    Member member = member(inode);
    charge(member, source.byteSize(), 0);
    return member.fileSystem().write(in(inode), handle, offset, source, kill);
  }

  @Override
  public int writeBack(long inode, long handle, long offset, MemorySegment source, boolean kill)
      throws ErrnoException {
    Member member = member(inode);
    charge(member, source.byteSize(), 0);
    return member.fileSystem().writeBack(in(inode), handle, offset, source, kill);
  }

  @Override
  public void flush(long inode, long handle) throws ErrnoException {
    at(inode).flush(in(inode), handle);
  }

  @Override
  public void release(long inode, long handle) {
    tree.release(inode, handle);
  }

  @Override
  public void fsync(long inode, long handle, boolean dataOnly) throws ErrnoException {
    at(inode).fsync(in(inode), handle, dataOnly);
  }

  @Override
  public void readdir(long inode, long cookie, boolean plus, DirectorySink sink)
      throws ErrnoException {
    Member member = member(inode);
    if (member.place() == 0 && member.children().isEmpty()) {
      root.readdir(inode, cookie, plus, sink);
      return;
    }
    FileSystem listed = member.fileSystem();
    NestedListing listing = new NestedListing(member, sink);
    try {
      listed.readdir(in(inode), cookie, plus, listing);
    } finally {
      listing.forgetAnchors(listed);
      if (member.isFrozen()) {
        tree.entered().refer(member, listing.taken());
      }
    }
  }

  @Override
  public void fsyncdir(long inode, boolean dataOnly) throws ErrnoException {
    at(inode).fsyncdir(in(inode), dataOnly);
  }

  @Override
  public byte[] getxattr(long inode, Name name) throws ErrnoException {
    return at(inode).getxattr(in(inode), name);
  }

  @Override
  public byte[] listxattr(long inode) throws ErrnoException {
    return at(inode).listxattr(in(inode));
  }

  @Override
  public void setxattr(
      Caller caller, long inode, Name name, byte[] value, int flags, boolean killSetgid)
      throws ErrnoException {
    Member member = member(inode);
    charge(member, value.length, 0);
    member.fileSystem().setxattr(caller, in(inode), name, value, flags, killSetgid);
  }

  @Override
  public void removexattr(Caller caller, long inode, Name name) throws ErrnoException {
    at(inode).removexattr(caller, in(inode), name);
  }

  @Override
  public void fallocate(long inode, long handle, long offset, long length, int mode)
      throws ErrnoException {
    shrunk(member(inode)).fileSystem().fallocate(in(inode), handle, offset, length, mode);
  }

  @Override
  public long lseek(long inode, long handle, long offset, int whence) throws ErrnoException {
    return at(inode).lseek(in(inode), handle, offset, whence);
  }

  @Override
  public long copyFileRange(
      long inode, long handle, long offset, long toInode, long toHandle, long toOffset, long length)
      throws ErrnoException {
    Member member = same(member(inode), member(toInode));
    charge(member, 1, 0);
    long copied =
        member
            .fileSystem()
            .copyFileRange(in(inode), handle, offset, in(toInode), toHandle, toOffset, length);
    charge(member, copied, 0);
    return copied;
  }

  @Override
  public FileSystemUsage statfs() throws ErrnoException {
    return statfs(ROOT);
  }

  @Override
  public FileSystemUsage statfs(long inode) throws ErrnoException {
    boolean isHidden = Numbers.place(inode) == Numbers.HIDDEN_PLACE;
    Member member = isHidden ? tree.members().root() : member(inode);
    return member.narrow(root.statfs());
  }

  @Override
  public boolean isVolatile(long inode) {
    int place = Numbers.place(inode);
    return place == Numbers.HIDDEN_PLACE || (place != 0 && tree.entered().isEntrance(inode));
  }

  @Override
  public void watch(ChangeWatcher watcher) {
    tree.changes().watch(watcher);
  }

  @Override
  public void sync() throws ErrnoException {
    tree.members().sync();
    root.sync();
  }

  @Override
  public void settle() throws ErrnoException {
    tree.members().settle();
    root.settle();
  }

  @Override
  public long[] inUse() {
    return tree.members().inUse(root.inUse());
  }

  @Override
  public void refuseOpens(boolean refused) {
    root.refuseOpens(refused);
    tree.refuseOpens(refused);
  }

  @Override
  public long[] lock() {
    long[] nested = tree.members().end(FileSystem::lock);
    return Numbers.joined(nested, root.lock());
  }

  @Override
  public void close() {
    tree.close();
    root.close();
  }
}
