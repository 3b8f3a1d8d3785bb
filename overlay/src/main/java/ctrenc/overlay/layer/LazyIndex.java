package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Indexes one host tree a directory at a time, when it is first asked for: one transaction per
 * directory. What was indexed stays as it was seen. Thread-safe; different directories are read at
 * the same time, the first comers to one wait for each other.
 */
final class LazyIndex {

  /**
   * The ceiling of every lazy layer, so that what lies above it need not know how much will be
   * indexed.
   */
  static final long CEILING = 1L << 40;

  private static final int STRIPES = 64;

  private final LayerTable table;
  private final TreeMerge merge;
  private final Set<Long> done = ConcurrentHashMap.newKeySet();
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
    if (done.contains(directory)) {
      return;
    }
    synchronized (guards.get((int) (directory % STRIPES))) {
      Optional<byte[]> path = PlainRecords.pending(table, directory);
      if (path.isPresent()) {
        write(directory, read(directory, path.get()));
      }
      done.add(directory);
    }
  }

  private List<MergedEntry> read(long directory, byte[] path) throws IOException {
    FileStatus status = merge.trees().getFirst().status();
    HostEntry source =
        new HostEntry(Name.DOT, 0, path, status, Collections.emptySortedMap(), new byte[0]);
    try {
      return merge.read(List.of(source));
    } catch (SystemCallException e) {
      if (e.is(ErrorNumber.ENOENT) || e.is(ErrorNumber.ENOTDIR) || e.is(ErrorNumber.ELOOP)) {
        throw new HostFileChangedException(
            "Directory " + directory + " of layer " + table.id() + " is gone from the host.");
      }
      throw e;
    }
  }

  /** Numbers are given under a guard, so that hard links between two directories meet. */
  private void write(long directory, List<MergedEntry> children) throws IOException {
    synchronized (writing) {
      try (MetaBatch batch = table.meta().batch()) {
        RecordWriter out = table.writer(batch);
        DirectoryIndexer indexer = new DirectoryIndexer(out, new StoredLinks(table), nextInode);
        DirectoryIndexer.Result result = indexer.index(directory, children);
        for (DirectoryIndexer.Child child : result.directories()) {
          putChild(out, child);
        }
        PlainRecords.putIndexed(table, out, directory);
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
