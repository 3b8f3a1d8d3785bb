package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;

/**
 * Indexes whole trees, the lowest first, as one plain layer: one transaction per directory. What it
 * wrote before it fails or is interrupted is the caller's to remove. Not thread-safe.
 */
public final class TreeIndexer {

  /** What was indexed: names that are no directories, and the sizes of regular files. */
  public record Totals(long files, long bytes) {}

  private record Pending(long inode, List<HostEntry> sources, InodeRecord record) {}

  private final LayerTable table;
  private final TreeMerge merge;
  private final LongConsumer progress;
  private final HardLinks links = new CountedLinks();
  private final Queue<Pending> pending = new ArrayDeque<>();
  private long nextInode = FileSystem.ROOT + 1;
  private long files;
  private long bytes;

  private TreeIndexer(LayerTable table, TreeMerge merge, LongConsumer progress) {
    this.table = table;
    this.merge = merge;
    this.progress = progress;
  }

  /**
   * Writes the layer's records.
   *
   * @param place a number under which there is nothing yet
   * @param progress is told the number of files after each directory
   */
  public static Totals index(LayerPlace place, UUID id, List<HostTree> trees, LongConsumer progress)
      throws IOException {
    LayerTable table = new LayerTable(place, id, new PlainForm());
    return new TreeIndexer(table, new TreeMerge(trees, Set.of()), progress).run();
  }

  private Totals run() throws IOException {
    MergedEntry root = merge.root();
    InodeRecord rootRecord = DirectoryIndexer.root(root, FileSystem.ROOT);
    pending.add(new Pending(FileSystem.ROOT, root.sources(), rootRecord));
    while (!pending.isEmpty()) {
      indexDirectory(pending.remove());
      progress.accept(files);
    }
    return new Totals(files, bytes);
  }

  private void indexDirectory(Pending directory) throws IOException {
    List<MergedEntry> children = merge.read(directory.sources());
    try (MetaBatch batch = table.meta().batch()) {
      RecordWriter out = table.writer(batch);
      DirectoryIndexer indexer = new DirectoryIndexer(out, links, nextInode);
      DirectoryIndexer.Result result = indexer.index(directory.inode(), children);
      int names = 2 + result.directories().size();
      out.putInode(directory.inode(), PlainRecords.withLinks(directory.record(), names));
      PlainRecords.putCeiling(table, out, indexer.nextInode());
      if (directory.inode() == FileSystem.ROOT) {
        PlainRecords.putTrees(table, out, merge.trees());
      }
      table.meta().commit(batch);
      nextInode = indexer.nextInode();
      count(result);
    }
  }

  private void count(DirectoryIndexer.Result result) {
    for (Map.Entry<Long, InodeRecord> made : result.inodes().entrySet()) {
      bytes += made.getValue().isRegular() ? made.getValue().size() : 0;
    }
    files += result.entries().size() - result.directories().size();
    for (DirectoryIndexer.Child child : result.directories()) {
      pending.add(new Pending(child.inode(), child.entry().sources(), child.record()));
    }
  }
}
