package ctrenc.overlay.union;

import ctrenc.overlay.layer.DirectoryEntry;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is known of many lowers without asking them: which have a say in an inode, and which is the
 * first to know a name that was looked up once. Lowers never change, so it stays true as long as
 * the stack does. Thread-safe.
 */
final class LowerLevels {

  /** No lower knows it. */
  static final int NONE = -1;

  /** With so few layers asking each is as fast. */
  private static final int FEW = 2;

  /** Names; when there are so many, it begins anew. */
  private static final int MOST = 1 << 16;

  private record Entry(long directory, Name name) {}

  private final List<LayerReach> reaches;
  private final boolean isWorthwhile;
  private final Map<Entry, Integer> entries = new ConcurrentHashMap<>();

  private LowerLevels(List<LayerReach> reaches) {
    this.reaches = List.copyOf(reaches);
    this.isWorthwhile = reaches.size() > FEW;
  }

  /** Of these lowers, top first. */
  static LowerLevels of(List<Layer> lowers) {
    return new LowerLevels(lowers.stream().map(LayerReach::new).toList());
  }

  /** Of the same lowers, and one more on top of them. */
  LowerLevels under(Layer top) {
    List<LayerReach> all = new ArrayList<>(reaches.size() + 1);
    all.add(new LayerReach(top));
    all.addAll(reaches);
    return new LowerLevels(all);
  }

  /** False if the lower at {@code level} has nothing of an inode. */
  boolean mayKnow(int level, long inode) throws IOException {
    return !isWorthwhile || reaches.get(level).mayKnow(inode);
  }

  LayerReach reach(int level) {
    return reaches.get(level);
  }

  /** What a lower that shows a directory has of a name. */
  Optional<DirectoryEntry> entry(LowerPart part, long directory, Name name) throws IOException {
    return isWorthwhile ? part.reach().entry(directory, name) : part.layer().entry(directory, name);
  }

  /** The first lower of a directory's that may know a name, or {@link #NONE}. */
  int beginOfEntry(long directory, Name name) {
    return isWorthwhile ? entries.getOrDefault(new Entry(directory, name), 0) : 0;
  }

  /** A name is known first at {@code level}, or nowhere if that is {@link #NONE}. */
  void learnEntry(long directory, Name name, int level) {
    if (!isWorthwhile) {
      return;
    }
    if (entries.size() >= MOST) {
      entries.clear();
    }
    entries.put(new Entry(directory, name), level);
  }
}
