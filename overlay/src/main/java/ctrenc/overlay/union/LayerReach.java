package ctrenc.overlay.union;

import ctrenc.overlay.layer.DirectoryEntry;
import ctrenc.overlay.layer.EntryFilter;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which inodes and names one lower has a say in, where they are few: so a stack of many snapshots,
 * each of little, is asked like a single layer. Read from the layer at the first question.
 * Thread-safe.
 */
final class LayerReach {

  /** Numbers that are kept, of eight bytes each; reading them takes some milliseconds. */
  private static final int FEW = 4096;

  private final Layer layer;

  /** Null until the first question. */
  private volatile long @Nullable [] inodes;

  /** It has too many, or does not know them. */
  private volatile boolean isEverywhere;

  /** Null until the first question; it lets all names pass where there are too many. */
  private volatile @Nullable EntryFilter names;

  LayerReach(Layer layer) {
    this.layer = layer;
  }

  /** False if the layer has nothing of an inode, neither its record nor its entries or bytes. */
  boolean mayKnow(long inode) throws IOException {
    if (isEverywhere) {
      return true;
    }
    long[] known = inodes;
    if (known == null) {
      known = layer.inodes(FEW).orElse(null);
      if (known == null) {
        isEverywhere = true;
        return true;
      }
      inodes = known;
    }
    return Arrays.binarySearch(known, inode) >= 0;
  }

  /** Its entry of a name, or its whiteout. */
  Optional<DirectoryEntry> entry(long directory, Name name) throws IOException {
    EntryFilter known = names;
    if (known == null) {
      known = layer.entryFilter(FEW).orElse((parent, any) -> true);
      names = known;
    }
    return known.mayHave(directory, name) ? layer.entry(directory, name) : Optional.empty();
  }
}
