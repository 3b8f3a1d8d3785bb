package ctrenc.overlay.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Uses a filesystem by paths, as a process does through the kernel. References are given back at
 * once.
 */
public final class FileSystemUser {

  public static final int READ = 0;
  public static final int WRITE = 1;
  public static final int TRUNCATE = 01000;

  private static final int UMASK = 022;

  private final FileSystem fileSystem;
  private final Caller caller;

  public FileSystemUser(FileSystem fileSystem) {
    this(fileSystem, Caller.ROOT);
  }

  private FileSystemUser(FileSystem fileSystem, Caller caller) {
    this.fileSystem = fileSystem;
    this.caller = caller;
  }

  public FileSystemUser as(int uid, int gid) {
    return new FileSystemUser(fileSystem, new Caller(uid, gid, 1, false));
  }

  public FileSystem fileSystem() {
    return fileSystem;
  }

  public Caller caller() {
    return caller;
  }

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Bytes that differ at every place and for every seed. */
  public static byte[] pattern(int seed, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (seed * 31 + i * 7 + (i >> 8) * 13 + (i >> 16));
    }
    return bytes;
  }

  public Attributes stat(String path) throws ErrnoException {
    int slash = path.lastIndexOf('/');
    Name name = path.equals("/") ? Name.DOT : Name.of(path.substring(slash + 1));
    Attributes found = fileSystem.lookup(caller, parent(path), name);
    fileSystem.forget(found.inode(), 1);
    return found;
  }

  public long inode(String path) throws ErrnoException {
    return stat(path).inode();
  }

  public long parent(String path) throws ErrnoException {
    int slash = path.lastIndexOf('/');
    return slash == 0 ? FileSystem.ROOT : inode(path.substring(0, slash));
  }

  public static Name name(String path) {
    return Name.of(path.substring(path.lastIndexOf('/') + 1));
  }

  public boolean exists(String path) throws ErrnoException {
    try {
      stat(path);
      return true;
    } catch (ErrnoException e) {
      assertThat(e.errno()).isEqualTo(Errno.ENOENT);
      return false;
    }
  }

  private Attributes kept(Attributes made) {
    fileSystem.forget(made.inode(), 1);
    return made;
  }

  public Attributes mkdir(String path) throws ErrnoException {
    return mkdir(path, 0755);
  }

  public Attributes mkdir(String path, int mode) throws ErrnoException {
    return kept(fileSystem.mkdir(caller, parent(path), name(path), mode, UMASK));
  }

  public Attributes mknod(String path, int mode, int rdev) throws ErrnoException {
    return kept(fileSystem.mknod(caller, parent(path), name(path), mode, UMASK, rdev));
  }

  public Attributes symlink(String path, String target) throws ErrnoException {
    return kept(fileSystem.symlink(caller, parent(path), name(path), bytes(target)));
  }

  public Attributes link(String from, String to) throws ErrnoException {
    return kept(fileSystem.link(caller, inode(from), parent(to), name(to)));
  }

  public void unlink(String path) throws ErrnoException {
    fileSystem.unlink(caller, parent(path), name(path));
  }

  public void rmdir(String path) throws ErrnoException {
    fileSystem.rmdir(caller, parent(path), name(path));
  }

  public void rename(String from, String to) throws ErrnoException {
    rename(from, to, 0);
  }

  public void rename(String from, String to, int flags) throws ErrnoException {
    fileSystem.rename(caller, parent(from), name(from), parent(to), name(to), flags);
  }

  /** Makes a file with {@code content}, or puts it in place of what a file has. */
  public long put(String path, byte[] content) throws ErrnoException {
    long inode;
    long handle;
    if (exists(path)) {
      inode = inode(path);
      handle = fileSystem.open(caller, inode, WRITE | TRUNCATE).handle();
    } else {
      CreatedFile made = fileSystem.create(caller, parent(path), name(path), 0644, UMASK, WRITE);
      inode = made.attributes().inode();
      handle = made.file().handle();
      fileSystem.forget(inode, 1);
    }
    write(inode, handle, 0, content);
    fileSystem.flush(inode, handle);
    fileSystem.release(inode, handle);
    return inode;
  }

  public long put(String path, String content) throws ErrnoException {
    return put(path, bytes(content));
  }

  /** Writes into an existing file and closes it. */
  public void overwrite(String path, long offset, byte[] content) throws ErrnoException {
    long inode = inode(path);
    long handle = open(path, WRITE);
    write(inode, handle, offset, content);
    fileSystem.flush(inode, handle);
    fileSystem.release(inode, handle);
  }

  public void write(long inode, long handle, long offset, byte[] content) throws ErrnoException {
    if (content.length > 0) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment source = arena.allocateFrom(ValueLayout.JAVA_BYTE, content);
        assertThat(fileSystem.write(inode, handle, offset, source, false))
            .isEqualTo(content.length);
      }
    }
  }

  public long open(String path, int flags) throws ErrnoException {
    return fileSystem.open(caller, inode(path), flags).handle();
  }

  public void close(long inode, long handle) throws ErrnoException {
    fileSystem.flush(inode, handle);
    fileSystem.release(inode, handle);
  }

  public byte[] read(String path) throws ErrnoException {
    return read(path, 0, (int) stat(path).size());
  }

  public byte[] read(String path, long offset, int length) throws ErrnoException {
    long inode = inode(path);
    long handle = open(path, READ);
    try {
      return read(inode, handle, offset, length);
    } finally {
      fileSystem.release(inode, handle);
    }
  }

  /** Reads into memory that is not zero before, and returns as much as there was. */
  public byte[] read(long inode, long handle, long offset, int length) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target =
          arena.allocate(Math.max(1, length)).asSlice(0, length).fill((byte) 0x5a);
      int count = fileSystem.read(inode, handle, offset, target);
      return target.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  public String text(String path) throws ErrnoException {
    return new String(read(path), StandardCharsets.UTF_8);
  }

  public String readlink(String path) throws ErrnoException {
    return new String(fileSystem.readlink(inode(path)), StandardCharsets.UTF_8);
  }

  /** The children of a directory with their inode numbers, listed a few at a time. */
  public Map<String, Long> list(String path) throws ErrnoException {
    long inode = inode(path);
    Map<String, Long> children = new TreeMap<>();
    CollectingSink sink = new CollectingSink(7);
    long cookie = 0;
    while (true) {
      fileSystem.readdir(inode, cookie, false, sink);
      if (sink.entries().isEmpty()) {
        children.remove(".");
        children.remove("..");
        return children;
      }
      for (CollectingSink.Entry entry : sink.entries()) {
        assertThat(children.put(entry.name().toString(), entry.inode()))
            .as("listed twice: " + entry.name())
            .isNull();
        cookie = entry.cookie();
      }
      sink.clear();
    }
  }

  public Attributes change(String path, int set, AttributeChange values) throws ErrnoException {
    AttributeChange change =
        new AttributeChange(
            set,
            values.mode(),
            values.uid(),
            values.gid(),
            values.size(),
            values.accessed(),
            values.modified(),
            values.changed());
    return fileSystem.setattr(caller, inode(path), change);
  }

  public Attributes chmod(String path, int mode) throws ErrnoException {
    return change(path, AttributeChange.MODE, values(mode, 0, 0, 0));
  }

  public Attributes chown(String path, int uid, int gid) throws ErrnoException {
    return change(path, AttributeChange.UID | AttributeChange.GID, values(0, uid, gid, 0));
  }

  public Attributes truncate(String path, long size) throws ErrnoException {
    return change(path, AttributeChange.SIZE, values(0, 0, 0, size));
  }

  public static AttributeChange values(int mode, int uid, int gid, long size) {
    return new AttributeChange(
        0, mode, uid, gid, size, Timestamp.EPOCH, Timestamp.EPOCH, Timestamp.EPOCH);
  }

  public void setxattr(String path, String name, byte[] value) throws ErrnoException {
    fileSystem.setxattr(caller, inode(path), Name.of(name), value, 0, false);
  }

  public byte[] getxattr(String path, String name) throws ErrnoException {
    return fileSystem.getxattr(inode(path), Name.of(name));
  }

  /** Copies a range of a file into another one, as copy_file_range(2) does, called until all is. */
  public void copy(String from, long at, String to, long toAt, long length) throws ErrnoException {
    long source = inode(from);
    long target = inode(to);
    long done = 0;
    while (done < length) {
      done += fileSystem.copyFileRange(source, 0, at + done, target, 0, toAt + done, length - done);
    }
  }

  /** Asserts that two arrays are equal; quickly, however long they are. */
  public static void same(byte[] seen, byte[] expected) {
    same(seen, expected, "bytes");
  }

  public static void same(byte[] seen, byte[] expected, String what) {
    assertThat(seen).as(what).hasSize(expected.length);
    int differs = Arrays.mismatch(seen, expected);
    assertThat(differs).as("%s: first offset that differs", what).isEqualTo(-1);
  }

  /** Asserts that a call fails in one way. */
  public static void refused(Errno errno, Call call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  /** Something that may fail. */
  @FunctionalInterface
  public interface Call {
    void run() throws ErrnoException;
  }
}
