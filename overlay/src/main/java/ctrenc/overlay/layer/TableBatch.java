package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Gathers one operation's changes and applies them as one batch of the metadata store. Not
 * thread-safe.
 */
final class TableBatch implements LayerBatch {

  private record EntryId(long parent, Name name) {}

  private final LayerTable table;
  private final InodeNumbers numbers;
  private final LayerExtents extents;
  private final Map<Long, Optional<InodeRecord>> inodes = new HashMap<>();
  private final Map<EntryId, Optional<DirectoryEntry>> entries = new LinkedHashMap<>();
  private final Map<Long, ExtentMapEdit> edits = new HashMap<>();
  private final Map<Long, Boolean> orphans = new HashMap<>();
  private final ReferenceCounts counts;

  TableBatch(LayerTable table, InodeNumbers numbers, LayerExtents extents) {
    this.table = table;
    this.numbers = numbers;
    this.extents = extents;
    this.counts = new ReferenceCounts(extents);
  }

  @Override
  public void putInode(long inode, InodeRecord inodeRecord) {
    inodes.put(inode, Optional.of(inodeRecord));
  }

  @Override
  public void removeInode(long inode) {
    inodes.put(inode, Optional.empty());
  }

  @Override
  public void putEntry(long parent, DirectoryEntry entry) {
    entries.put(new EntryId(parent, entry.name()), Optional.of(entry));
  }

  @Override
  public void removeEntry(long parent, Name name) {
    entries.put(new EntryId(parent, name), Optional.empty());
  }

  @Override
  public void removeEntries(long parent) throws IOException {
    entries.replaceAll((id, entry) -> id.parent() == parent ? Optional.empty() : entry);
    table.entries(
        parent,
        entry -> {
          removeEntry(parent, entry.name());
          return true;
        });
  }

  @Override
  public void replace(long inode, FileRun run) throws IOException {
    if (run.offset() < 0 || run.length() <= 0 || run.end() < 0) {
      throw new IllegalArgumentException("a run has an impossible range: " + run);
    }
    if (!(run instanceof FileRun.Data || run instanceof FileRun.Hole)) {
      throw new IllegalArgumentException("an extent map holds no run of this kind: " + run);
    }
    edit(inode).replace(run);
  }

  @Override
  public void truncate(long inode, long size) throws IOException {
    edit(inode).clear(size, Long.MAX_VALUE);
  }

  @Override
  public void putOrphan(long inode) {
    orphans.put(inode, true);
  }

  @Override
  public void removeOrphan(long inode) {
    orphans.put(inode, false);
  }

  @Override
  public void commit() throws IOException {
    long highest = inodes.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
    numbers.promise(highest);
    MetaStore meta = table.meta();
    try (MetaBatch batch = meta.batch()) {
      RecordWriter writer = table.writer(batch);
      write(writer);
      counts.write(batch);
      if (!batch.isEmpty()) {
        table.commit(batch, writer);
      }
    }
    updateCache();
    extents.settle(counts);
  }

  private void write(RecordWriter writer) throws IOException {
    for (Map.Entry<Long, Optional<InodeRecord>> change : inodes.entrySet()) {
      if (change.getValue().isPresent()) {
        boolean isNew = table.isKnownAbsent(change.getKey());
        writer.putInode(change.getKey(), change.getValue().get(), isNew);
      } else {
        writer.deleteInode(change.getKey());
      }
    }
    for (Map.Entry<EntryId, Optional<DirectoryEntry>> change : entries.entrySet()) {
      EntryId id = change.getKey();
      if (change.getValue().isPresent()) {
        boolean isNew = table.isKnownAbsent(id.parent(), id.name());
        writer.putEntry(id.parent(), change.getValue().get(), isNew);
      } else {
        writer.deleteEntry(id.parent(), id.name());
      }
    }
    for (Map.Entry<Long, ExtentMapEdit> change : edits.entrySet()) {
      writeRuns(writer, change.getKey(), change.getValue());
    }
    for (Map.Entry<Long, Boolean> change : orphans.entrySet()) {
      if (change.getValue()) {
        writer.putOrphan(change.getKey());
      } else {
        writer.deleteOrphan(change.getKey());
      }
    }
  }

  private static void writeRuns(RecordWriter writer, long inode, ExtentMapEdit edit)
      throws IOException {
    for (long end : edit.removedEnds()) {
      if (!edit.added().containsKey(end)) {
        writer.deleteRun(inode, end);
      }
    }
    for (FileRun run : edit.added().values()) {
      // Runs never overlap: a stored one with the same end is among those that go.
      writer.putRun(inode, run, !edit.removedEnds().contains(run.end()));
    }
  }

  private void updateCache() {
    inodes.forEach(table::cacheInode);
    entries.forEach((id, now) -> table.cacheEntry(id.parent(), id.name(), now));
    edits.forEach(table::cacheRuns);
  }

  private ExtentMapEdit edit(long inode) {
    return edits.computeIfAbsent(inode, key -> new ExtentMapEdit(table, key, counts));
  }

  @Override
  public void close() {
    inodes.clear();
    entries.clear();
    edits.clear();
    orphans.clear();
  }
}
