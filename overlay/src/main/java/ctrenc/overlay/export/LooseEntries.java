package ctrenc.overlay.export;

import ctrenc.overlay.layer.RecordShape;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.meta.MetaStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The names of objects of a part of a backup that are in directories which are not in it: names of
 * files with several, and from before they were moved. Stateless.
 */
public final class LooseEntries {

  private LooseEntries() {}

  /**
   * Removes them from a layer that nobody uses, and with them its state root, which is of all that
   * the layer had.
   *
   * @param below the numbers of the layers under it
   */
  public static void drop(MetaStore meta, long layer, List<Long> below) throws IOException {
    List<Long> stack = new ArrayList<>(below);
    stack.add(layer);
    try (MetaBatch batch = meta.batch();
        MetaCursor entries = RecordTable.ENTRY.scan(meta, layer)) {
      while (entries.next()) {
        long child = RecordShape.child(entries.value());
        boolean isLoose =
            isNowhere(meta, stack, RecordShape.owner(entries.key()))
                || child != 0 && isNowhere(meta, stack, child);
        if (isLoose) {
          batch.delete(RecordTable.ENTRY.table(), entries.key());
        }
      }
      batch.delete(RecordTable.LAYER.table(), RecordShape.stateKey(layer));
      meta.commit(batch);
    }
  }

  private static boolean isNowhere(MetaReader meta, List<Long> stack, long inode)
      throws IOException {
    for (long layer : stack) {
      if (meta.get(RecordTable.INODE.table(), RecordShape.inodeKey(layer, inode)).isPresent()) {
        return false;
      }
    }
    return true;
  }
}
