package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Indexes one host tree when it is first asked for: a directory at a time, or, where a directory is
 * large and only a few of its names are asked for, each of those alone. One transaction for either.
 * What was indexed stays as it was seen. Thread-safe; different directories are read at the same
 * time, the first comers to one wait for each other.
 */
final class LazyIndex {

  /**
   * The ceiling of every lazy layer, so that what lies above it need not know how much will be
   * indexed.
   */
  static final long CEILING = 1L << 40;

  /** A directory of no more bytes is read whole at once: it has too few names to save any. */
  private static final long SMALL = 4096;

  /**
   * How many names of a large directory are looked up one by one before it is read whole. A program
   * that starts asks {@code /usr/bin} and the directories of libraries for less, and reading one of
   * those costs as much as hundreds of single names.
   */
  private static final int SINGLES = 32;

  private static final int STRIPES = 64;

  private final LayerTable table;
  private final TreeMerge merge;
  private final Set<Long> done = ConcurrentHashMap.newKeySet();

  /** How many names may still be looked up one by one, of large directories that are not done. */
  private final Map<Long, Integer> singlesLeft = new ConcurrentHashMap<>();

  private final List<Object> guards =
      IntStream.range(0, STRIPES).mapToObj(stripe -> new Object()).toList();
  private final Object writing = new Object();
  private long nextInode;

  private LazyIndex(LayerTable table, TreeMerge merge, long nextInode) {
    this.table = table;
    this.merge = merge;
    this.nextInode = nextInode;
  }

  /** Begins an index, or goes on with one. */
  static LazyIndex open(LayerTable table, HostTree tree, Set<HostId> hidden) throws IOException {
    TreeMerge merge = new TreeMerge(List.of(tree), hidden);
    OptionalLong ceiling = PlainRecords.ceiling(table);
    if (ceiling.isPresent()) {
      return new LazyIndex(table, merge, ceiling.getAsLong());
    }
    long first = FileSystem.ROOT + 1;
    try (MetaBatch batch = table.meta().batch()) {
      RecordWriter out = table.writer(batch);
      out.putInode(FileSystem.ROOT, DirectoryIndexer.root(merge.root(), FileSystem.ROOT));
      PlainRecords.putPending(table, out, FileSystem.ROOT, new byte[0]);
      PlainRecords.putTrees(table, out, merge.trees());
      PlainRecords.putCeiling(table, out, first);
      table.meta().commit(batch);
    }
    return new LazyIndex(table, merge, first);
  }

  /**
   * Returns when the children of a directory have their records.
   *
   * @throws HostFileChangedException if the directory is gone from the host
   */
  void ensure(long directory) throws IOException {
    if (!done.contains(directory)) {
      synchronized (guard(directory)) {
        finish(directory, PlainRecords.pending(table, directory));
      }
    }
  }

  /**
   * What a directory has under a name, whose record is there afterwards.
   *
   * @throws HostFileChangedException if the directory is gone from the host
   */
  Optional<DirectoryEntry> entry(long directory, Name name) throws IOException {
    if (!done.contains(directory)) {
      synchronized (guard(directory)) {
        Optional<byte[]> path = PlainRecords.pending(table, directory);
        if (path.isPresent() && singlesLeft(directory, path.get()) > 0) {
          return single(directory, path.get(), name);
        }
        finish(directory, path);
      }
    }
    return table.entry(directory, name);
  }

  private Object guard(long directory) {
    return guards.get((int) (directory % STRIPES));
  }

  private void finish(long directory, Optional<byte[]> path) throws IOException {
    if (path.isPresent()) {
      List<MergedEntry> children =
          fromHost(directory, () -> merge.read(List.of(source(path.get()))));
      write(directory, withoutKnown(directory, children), true);
    }
    done.add(directory);
    singlesLeft.remove(directory);
  }

  private int singlesLeft(long directory, byte[] path) throws IOException {
    Integer left = singlesLeft.get(directory);
    if (left != null) {
      return left;
    }
    if (fromHost(directory, () -> merge.size(source(path))) <= SMALL) {
      return 0;
    }
    singlesLeft.put(directory, SINGLES);
    return SINGLES;
  }

  private Optional<DirectoryEntry> single(long directory, byte[] path, Name name)
      throws IOException {
    Optional<DirectoryEntry> known = table.entry(directory, name);
    if (known.isPresent()) {
      return known;
    }
    singlesLeft.merge(directory, -1, Integer::sum);
    Optional<MergedEntry> found = fromHost(directory, () -> merge.find(source(path), name));
    if (found.isPresent()) {
      write(directory, List.of(found.get()), false);
    }
    return found.isPresent() ? table.entry(directory, name) : Optional.empty();
  }

  /** Leaves out what was looked up alone: it stays as it was seen. */
  private List<MergedEntry> withoutKnown(long directory, List<MergedEntry> children)
      throws IOException {
    Set<Name> known = new HashSet<>();
    table.entries(
        directory,
        entry -> {
          known.add(entry.name());
          return true;
        });
    return children.stream().filter(child -> !known.contains(child.top().name())).toList();
  }

  private HostEntry source(byte[] path) {
    FileStatus status = merge.trees().getFirst().status();
    return new HostEntry(Name.DOT, 0, path, status, Collections.emptySortedMap(), new byte[0]);
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  private <T> T fromHost(long directory, Reading<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (SystemCallException e) {
      if (e.is(ErrorNumber.ENOENT) || e.is(ErrorNumber.ENOTDIR) || e.is(ErrorNumber.ELOOP)) {
        throw new HostFileChangedException(
            "Directory " + directory + " of layer " + table.id() + " is gone from the host.");
      }
      throw e;
    }
  }

  /** Numbers are given under a guard, so that hard links between two directories meet. */
  private void write(long directory, List<MergedEntry> children, boolean whole) throws IOException {
    synchronized (writing) {
      try (MetaBatch batch = table.meta().batch()) {
        RecordWriter out = table.writer(batch);
        DirectoryIndexer indexer = new DirectoryIndexer(out, new StoredLinks(table), nextInode);
        DirectoryIndexer.Result result = indexer.index(directory, children);
        for (DirectoryIndexer.Child child : result.directories()) {
          putChild(out, child);
        }
        if (whole) {
          PlainRecords.putIndexed(table, out, directory);
        }
        PlainRecords.putCeiling(table, out, indexer.nextInode());
        table.meta().commit(batch);
        nextInode = indexer.nextInode();
        cache(directory, result);
      }
    }
  }

  private void putChild(RecordWriter out, DirectoryIndexer.Child child) throws IOException {
    List<HostEntry> sources = child.entry().sources();
    if (sources.isEmpty()) {
      PlainRecords.putIndexed(table, out, child.inode());
    } else {
      PlainRecords.putPending(table, out, child.inode(), sources.getFirst().path());
    }
  }

  private void cache(long directory, DirectoryIndexer.Result result) {
    result.inodes().forEach((inode, made) -> table.cacheInode(inode, Optional.of(made)));
    for (DirectoryEntry entry : result.entries()) {
      table.cacheEntry(directory, entry.name(), Optional.of(entry));
    }
  }
}
