package ctrenc.overlay.union;

import ctrenc.overlay.layer.DirectoryEntry;
import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.HostFileChangedException;
import ctrenc.overlay.layer.HostFileIdentity;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.HostFile;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * An image's plain layer for tests. Its files can be of any size: the byte at an offset follows
 * from the offset. Everything is owned by 10:20 and carries {@link #TIME}.
 */
final class ImageLayer implements Layer {

  static final Timestamp TIME = new Timestamp(1_600_000_000, 42);

  private final Map<Long, InodeRecord> inodes = new HashMap<>();
  private final Map<Long, Map<Name, DirectoryEntry>> entries = new HashMap<>();
  private long next = FileSystem.ROOT;
  private volatile boolean changed;
  private volatile long bytesRead;

  ImageLayer() {
    put(next++, record(FileMode.DIRECTORY | 0755, 2, 0, FileSystem.ROOT, InodeRecord.RUNS));
  }

  static byte at(long offset) {
    return (byte) (offset * 17 + (offset >> 12) + 3);
  }

  static byte[] content(long offset, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = at(offset + i);
    }
    return bytes;
  }

  /** Adds a directory to a parent and returns its inode number. */
  long directory(long parent, String name) {
    long inode = next++;
    put(inode, record(FileMode.DIRECTORY | 0750, 2, 0, parent, InodeRecord.RUNS));
    enter(parent, name, inode, FileMode.DIRECTORY);
    InodeRecord above = inodes.get(parent);
    inodes.put(parent, record(above.mode(), above.links() + 1, 0, above.parent(), above.body()));
    return inode;
  }

  long file(long parent, String name, long size) {
    long inode = next++;
    HostFileIdentity identity = new HostFileIdentity(0, new byte[0], 0, inode, size, TIME);
    put(inode, record(FileMode.REGULAR | 0644, 1, size, 0, new InodeRecord.Body.Host(identity)));
    enter(parent, name, inode, FileMode.REGULAR);
    return inode;
  }

  void link(long inode, long parent, String name) {
    InodeRecord found = inodes.get(inode);
    inodes.put(inode, record(found.mode(), found.links() + 1, found.size(), 0, found.body()));
    enter(parent, name, inode, found.mode());
  }

  /** Adds a name that leads nowhere, as only a damaged image has it. */
  void dangling(long parent, String name) {
    enter(parent, name, next++, FileMode.REGULAR);
  }

  /** From now on the host's files are others than were indexed. */
  void changeHostFiles() {
    changed = true;
  }

  long bytesRead() {
    return bytesRead;
  }

  private void enter(long parent, String name, long inode, int mode) {
    Name key = Name.of(name);
    entries.get(parent).put(key, new DirectoryEntry.Child(key, inode, FileMode.direntType(mode)));
  }

  private void put(long inode, InodeRecord inodeRecord) {
    inodes.put(inode, inodeRecord);
    entries.put(inode, new TreeMap<>());
  }

  private static InodeRecord record(
      int mode, int links, long size, long parent, InodeRecord.Body body) {
    return new InodeRecord(
        mode,
        10,
        20,
        0,
        links,
        size,
        0,
        TIME,
        TIME,
        TIME,
        TIME,
        parent,
        false,
        body,
        Collections.emptySortedMap());
  }

  @Override
  public UUID id() {
    return new UUID(1, 1);
  }

  @Override
  public long inodeCeiling() {
    return next;
  }

  @Override
  public Optional<InodeRecord> inode(long inode) {
    return Optional.ofNullable(inodes.get(inode));
  }

  @Override
  public Optional<DirectoryEntry> entry(long parent, Name name) {
    return Optional.ofNullable(entries.getOrDefault(parent, Map.of()).get(name));
  }

  @Override
  public void entries(long parent, EntryVisitor visitor) throws IOException {
    for (DirectoryEntry entry : entries.getOrDefault(parent, Map.of()).values()) {
      if (!visitor.visit(entry)) {
        return;
      }
    }
  }

  @Override
  public Optional<FileRun> run(long inode, long offset) {
    InodeRecord found = inodes.get(inode);
    boolean covered = found != null && found.isRegular() && offset < found.size();
    return covered ? Optional.of(new FileRun.HostFile(inode, found.size())) : Optional.empty();
  }

  @Override
  public void read(FileRun run, long skip, MemorySegment target) throws IOException {
    if (changed) {
      throw new HostFileChangedException("The file is another than was indexed.");
    }
    bytesRead += target.byteSize();
    for (long i = 0; i < target.byteSize(); i++) {
      target.set(ValueLayout.JAVA_BYTE, i, at(skip + i));
    }
  }

  @Override
  public Optional<HostFile> hostFile(FileRun run) throws IOException {
    if (changed) {
      throw new HostFileChangedException("The file is gone.");
    }
    return Optional.of(new Opened(run.length()));
  }

  @Override
  public void close() {}

  /** A file of the host that only says how long it is. */
  private record Opened(long size) implements HostFile {
    @Override
    public int descriptor() {
      return -1;
    }

    @Override
    public long fingerprint() {
      return size;
    }

    @Override
    public void close() {}
  }
}
