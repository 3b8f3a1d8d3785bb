package ctrenc.overlay.extent;

import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.meta.ReplayCheck;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Finds, over all layers that were not closed in order, the places whose extents did not reach the
 * disk, so that the metadata store can go back to before them. Reads what lies above the layers'
 * settled marks, and needs no keys.
 *
 * @param segments the directory that holds a directory of segment files for each layer
 */
public record LostExtents(Storage storage, String segments) implements ReplayCheck {

  private static final long ANY_LENGTH = 1L << 30;

  @Override
  public Set<ByteBuffer> lost(MetaReader found) throws IOException {
    Set<ByteBuffer> lost = new HashSet<>();
    byte[] end = ExtentKeys.afterExtents(Long.MAX_VALUE - 1);
    try (MetaCursor cursor = found.scan(Table.LAYER, ExtentKeys.extent(0, 0), end)) {
      while (cursor.next()) {
        Optional<Long> layer = ExtentKeys.layerOfState(cursor.key());
        if (layer.isPresent()) {
          addLost(found, layer.get(), ExtentState.decode(cursor.value(), layer.get()), lost);
        }
      }
    }
    return lost;
  }

  private void addLost(MetaReader found, long layer, ExtentState state, Set<ByteBuffer> lost)
      throws IOException {
    if (state.closed()) {
      return;
    }
    String parent = LayerFolder.of(storage, segments, layer, state.layerId()).parent(segments);
    try (SegmentFiles files = SegmentFiles.open(storage, parent, state.layerId(), ANY_LENGTH)) {
      ExtentRecovery recovery = new ExtentRecovery(found, files, layer, state);
      recovery.run();
      for (long id : recovery.missing().keySet()) {
        byte[] key = ExtentKeys.extent(layer, id);
        // The blocks of an extent without references may have been given back: it is dead, not
        // lost. One of which there is a copy is written again when its layer is opened.
        if (!Shares.isUnreferenced(found.get(Table.SHARE, key))
            && ExtentJournal.copy(found, layer, id).isEmpty()) {
          lost.add(ByteBuffer.wrap(key));
        }
      }
    }
  }
}
