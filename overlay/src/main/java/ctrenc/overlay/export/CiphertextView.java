package ctrenc.overlay.export;

import ctrenc.overlay.export.ViewListing.Entry;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.DirectorySink;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystemUsage;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.OpenFile;
import ctrenc.overlay.vfs.RefusingFileSystem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stacks that do not grow as the files that a backup of them holds: names, bytes, modes, times and
 * the attribute are those of the archive's members, and so is what is a link to what. It has no
 * key, and cannot reach one.
 */
public final class CiphertextView implements RefusingFileSystem {

  private static final Logger LOG = LoggerFactory.getLogger(CiphertextView.class);
  private static final int SEEK_DATA = 3;
  private static final int AT_DOT = 1;
  private static final int AT_DOT_DOT = 2;
  private static final int DIRECTORY_TYPE = FileMode.direntType(FileMode.DIRECTORY);
  private static final int FILE_TYPE = FileMode.direntType(FileMode.REGULAR);
  private static final Name XATTR = Name.of(ArchiveSink.XATTR);
  private static final int BLOCK = 4096;

  private final ViewTree tree;
  private final ViewFiles files;
  private final AutoCloseable stack;
  private final Map<Long, ViewContent> open = new ConcurrentHashMap<>();
  private final AtomicLong nextHandle = new AtomicLong(1);
  private volatile boolean isClosed;

  /**
   * @param stack is closed with this
   */
  public CiphertextView(TreeObjects objects, AutoCloseable stack) {
    this.tree = new ViewTree(objects);
    this.files = new ViewFiles(objects, tree);
    this.stack = stack;
  }

  /** What a call answers. */
  private interface Call<T> {
    T run() throws IOException, ErrnoException;
  }

  private <T> T answer(Call<T> call) throws ErrnoException {
    if (isClosed) {
      throw new ErrnoException(Errno.ENODEV);
    }
    try {
      return call.run();
    } catch (IOException | RuntimeException e) {
      LOG.atWarn().setCause(e).log("a ciphertext view could not show something");
      throw new ErrnoException(Errno.EIO);
    }
  }

  @Override
  public Errno refusal() {
    return Errno.EROFS;
  }

  @Override
  public Attributes lookup(Caller caller, long parent, Name name) throws ErrnoException {
    ViewNode from = ViewNode.of(parent);
    return answer(
        () -> {
          if (name.equals(Name.DOT)) {
            return files.attributes(from);
          }
          requireDirectory(from);
          if (name.equals(Name.DOT_DOT)) {
            return files.attributes(tree.parent(from));
          }
          Optional<Entry> found = tree.take(from, name.toString());
          return files.attributes(found.orElseThrow(() -> new ErrnoException(Errno.ENOENT)).node());
        });
  }

  private void requireDirectory(ViewNode node) throws IOException, ErrnoException {
    if (!files.attributes(node).isDirectory()) {
      throw new ErrnoException(Errno.ENOTDIR);
    }
  }

  @Override
  public void forget(long inode, long count) {
    tree.forget(ViewNode.of(inode), count);
  }

  @Override
  public Attributes getattr(long inode) throws ErrnoException {
    return answer(() -> files.attributes(ViewNode.of(inode)));
  }

  @Override
  public OpenFile open(Caller caller, long inode, int flags) throws ErrnoException {
    ViewContent content = answer(() -> files.content(ViewNode.of(inode)));
    long handle = nextHandle.getAndIncrement();
    open.put(handle, content);
    return new OpenFile(handle, true);
  }

  @Override
  public int read(long inode, long handle, long offset, MemorySegment target)
      throws ErrnoException {
    return answer(() -> content(handle).read(offset, target));
  }

  private ViewContent content(long handle) throws ErrnoException {
    ViewContent content = open.get(handle);
    if (content == null) {
      throw new ErrnoException(Errno.EBADF);
    }
    return content;
  }

  @Override
  public void release(long inode, long handle) {
    open.remove(handle);
  }

  /** There are no holes in what is sealed. */
  @Override
  public long lseek(long inode, long handle, long offset, int whence) throws ErrnoException {
    long size = content(handle).size();
    if (offset >= size) {
      throw new ErrnoException(Errno.ENXIO);
    }
    return whence == SEEK_DATA ? offset : size;
  }

  @Override
  public void readdir(long inode, long cookie, boolean plus, DirectorySink sink)
      throws ErrnoException {
    ViewNode directory = ViewNode.of(inode);
    answer(
        () -> {
          requireDirectory(directory);
          list(directory, cookie, plus, sink);
          return directory;
        });
  }

  private void list(ViewNode directory, long cookie, boolean plus, DirectorySink sink)
      throws IOException, ErrnoException {
    long above = tree.parent(directory).id();
    boolean isRoom =
        cookie >= AT_DOT || sink.accept(Name.DOT, directory.id(), DIRECTORY_TYPE, AT_DOT);
    isRoom =
        isRoom
            && (cookie >= AT_DOT_DOT
                || sink.accept(Name.DOT_DOT, above, DIRECTORY_TYPE, AT_DOT_DOT));
    ViewListing listing = tree.list(directory);
    long next = Math.max(cookie, AT_DOT_DOT) - AT_DOT_DOT;
    while (isRoom && next < listing.size()) {
      Entry entry = listing.get((int) next);
      next++;
      isRoom =
          plus
              ? acceptPlus(directory, entry, next + AT_DOT_DOT, sink)
              : sink.accept(
                  entry.name(),
                  entry.node().id(),
                  entry.isDirectory() ? DIRECTORY_TYPE : FILE_TYPE,
                  next + AT_DOT_DOT);
    }
  }

  private boolean acceptPlus(ViewNode directory, Entry entry, long cookie, DirectorySink sink)
      throws IOException, ErrnoException {
    if (entry.node().kind() == ViewNode.Kind.WHITEOUT) {
      tree.take(directory, entry.text());
    }
    boolean isTaken = sink.accept(entry.name(), files.attributes(entry.node()), cookie);
    if (!isTaken) {
      tree.forget(entry.node(), 1);
    }
    return isTaken;
  }

  @Override
  public byte[] getxattr(long inode, Name name) throws ErrnoException {
    byte[] value =
        name.equals(XATTR) ? answer(() -> files.attribute(ViewNode.of(inode))) : new byte[0];
    if (value.length == 0) {
      throw new ErrnoException(Errno.ENODATA);
    }
    return value;
  }

  @Override
  public byte[] listxattr(long inode) throws ErrnoException {
    byte[] value = answer(() -> files.attribute(ViewNode.of(inode)));
    byte[] list = new byte[value.length == 0 ? 0 : XATTR.length() + 1];
    if (list.length > 0) {
      XATTR.copyTo(list, 0);
    }
    return list;
  }

  @Override
  public FileSystemUsage statfs() {
    return new FileSystemUsage(BLOCK, 0, 0, 0, 0, 0, Name.MAX_LENGTH);
  }

  @Override
  public void close() {
    isClosed = true;
    open.clear();
    try {
      stack.close();
    } catch (Exception e) {
      LOG.atWarn().setCause(e).log("a ciphertext view was not closed cleanly");
    }
  }
}
