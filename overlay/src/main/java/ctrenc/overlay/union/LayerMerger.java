package ctrenc.overlay.union;

import ctrenc.overlay.layer.AbsentUpper;
import ctrenc.overlay.layer.DirectoryEntry;
import ctrenc.overlay.layer.EncryptedLayer;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.layer.UpperLayer;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Writes what frozen layers show together into one layer, sealed anew, under the same inode
 * numbers. What they hide from each other and what has no name any more is left out. It goes on
 * where an earlier one stopped: what the target has of an inode is whole. Not thread-safe.
 */
public final class LayerMerger implements AutoCloseable {

  private static final int PAGE = 4096;
  private static final int DIRECTORY = FileMode.direntType(FileMode.DIRECTORY);

  private final LayerStack stack;
  private final UpperLayer target;
  private final MergeWatch watch;
  private final MergedBatch batch;
  private final MergedFile files;
  private final Set<Long> inUse;
  private final boolean whole;

  private LayerMerger(
      List<? extends Layer> layers,
      UpperLayer target,
      long[] inUse,
      MergeWatch watch,
      boolean whole) {
    this.stack = new LayerStack(new AbsentUpper(), List.copyOf(layers));
    this.target = target;
    this.watch = watch;
    this.whole = whole;
    this.inUse = LongStream.of(inUse).boxed().collect(Collectors.toSet());
    this.batch = new MergedBatch(target);
    this.files = new MergedFile(target, batch, watch);
  }

  /**
   * Merges layers that lie on others, which go on showing through: what the merged layers say of
   * those stays said.
   *
   * @param layers top first
   * @param inUse the inodes that somebody has open or knows, which are kept without a name too
   */
  public static void above(
      List<EncryptedLayer> layers, UpperLayer target, long[] inUse, MergeWatch watch)
      throws IOException {
    try (LayerMerger merger = new LayerMerger(layers, target, inUse, watch, false)) {
      merger.scan(layers);
      merger.finish();
    }
  }

  /**
   * Merges all layers of a stack: every file that has a name is carried over, an image's too, and
   * the target stands on nothing.
   *
   * @param layers top first
   * @param inUse the inodes that somebody has open or knows, which are kept without a name too
   */
  public static void whole(
      List<? extends Layer> layers, UpperLayer target, long[] inUse, MergeWatch watch)
      throws IOException {
    try (LayerMerger merger = new LayerMerger(layers, target, inUse, watch, true)) {
      merger.walk();
      for (long nameless : inUse) {
        merger.carry(nameless);
      }
      merger.finish();
    }
  }

  private void finish() throws IOException {
    batch.commit();
    target.sync();
  }

  @Override
  public void close() {
    files.close();
  }

  /** Every inode that one of the layers has a record of, in the order of their numbers. */
  private void scan(List<EncryptedLayer> layers) throws IOException {
    long from = FileSystem.ROOT;
    while (from < Long.MAX_VALUE) {
      TreeSet<Long> page = new TreeSet<>();
      long known = Long.MAX_VALUE;
      for (EncryptedLayer layer : layers) {
        long[] numbers = layer.inodesFrom(from, PAGE);
        for (long inode : numbers) {
          page.add(inode);
        }
        if (numbers.length == PAGE) {
          known = Math.min(known, numbers[PAGE - 1] + 1);
        }
      }
      for (long inode : page.headSet(known)) {
        carry(inode);
      }
      from = known;
    }
  }

  /** Every inode that a name leads to. */
  private void walk() throws IOException {
    Deque<Long> directories = new ArrayDeque<>(List.of(FileSystem.ROOT));
    while (!directories.isEmpty()) {
      long directory = directories.pop();
      Map<Name, DirectoryEntry> entries = entries(directory);
      carry(directory, listed -> entries);
      for (DirectoryEntry entry : entries.values()) {
        if (entry instanceof DirectoryEntry.Child(Name name, long inode, int type)) {
          if (type == DIRECTORY) {
            directories.push(inode);
          } else {
            carry(inode);
          }
        }
      }
    }
  }

  private void carry(long inode) throws IOException {
    carry(inode, this::entries);
  }

  /** What a directory lists: read now, or known to the caller. */
  @FunctionalInterface
  private interface Entries {
    Map<Name, DirectoryEntry> of(long directory) throws IOException;
  }

  private void carry(long inode, Entries entries) throws IOException {
    if (batch.has(inode) || target.inode(inode).isPresent()) {
      return;
    }
    Optional<InodeRecord> top = stack.lower(inode);
    if (top.isEmpty() || (top.get().links() == 0 && !inUse.contains(inode))) {
      return;
    }
    InodeRecord inodeRecord = top.get();
    if (inodeRecord.isDirectory()) {
      directory(inode, inodeRecord, entries.of(inode));
    } else if (inodeRecord.isRegular()) {
      List<LowerPart> parts = stack.parts(inode);
      files.carry(inode, inodeRecord, parts, whole ? 0 : shownFromBelow(inode, parts));
    } else {
      batch.put(inode, inodeRecord);
    }
    watch.carriedInode();
  }

  /** How far the bytes under all the layers show through them. */
  private static long shownFromBelow(long inode, List<LowerPart> parts) throws IOException {
    long shown = Long.MAX_VALUE;
    for (LowerPart part : parts) {
      Optional<InodeRecord> inodeRecord = part.layer().inode(inode);
      shown = Math.min(shown, inodeRecord.map(InodeRecord::lowerSize).orElse(0L));
    }
    return shown;
  }

  private void directory(long inode, InodeRecord top, Map<Name, DirectoryEntry> entries)
      throws IOException {
    boolean hidesBelow = !whole && hidesBelow(inode);
    for (DirectoryEntry entry : entries.values()) {
      if (entry instanceof DirectoryEntry.Child || !(whole || hidesBelow)) {
        batch.put(inode, entry);
      }
    }
    batch.put(inode, InodeEdit.of(top).opaque(hidesBelow).build());
  }

  private boolean hidesBelow(long inode) throws IOException {
    for (LowerPart part : stack.parts(inode)) {
      if (part.layer().inode(inode).filter(InodeRecord::opaque).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** What the layers say of each name; the topmost one that knows it is right. */
  private Map<Name, DirectoryEntry> entries(long directory) throws IOException {
    Map<Name, DirectoryEntry> entries = new HashMap<>();
    for (LowerPart part : stack.parts(directory)) {
      part.layer()
          .entries(
              directory,
              entry -> {
                entries.putIfAbsent(entry.name(), entry);
                return true;
              });
    }
    return entries;
  }
}
