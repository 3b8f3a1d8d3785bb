package ctrenc.overlay.meta;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.rocksdb.AbstractWalFilter;
import org.rocksdb.RocksDBException;
import org.rocksdb.WalProcessingOption;
import org.rocksdb.WriteBatch;

/**
 * Leaves a layer, in the replay of RocksDB's log, as it was before the first batch that puts one of
 * its lost places: that batch and all later ones of the layer are passed over. Other layers go on,
 * because what was made durable for one root must not hang on what another had not yet synced. A
 * key outside of the catalog begins with its layer's number (8 bytes).
 *
 * <p>A batch that changes such a layer together with something else ends the replay: half of it
 * must not be applied.
 */
final class ReplayFilter extends AbstractWalFilter {

  private final Set<ByteBuffer> lostPlaces;
  private final Set<Long> cutLayers = new HashSet<>();
  private int placeFamily = -1;
  private int catalogFamily = -1;

  ReplayFilter(Set<ByteBuffer> lostPlaces) {
    this.lostPlaces = lostPlaces;
  }

  @Override
  public void columnFamilyLogNumberMap(
      Map<Integer, Long> logNumbers, Map<String, Integer> familyIds) {
    placeFamily = familyIds.getOrDefault(Table.PLACE.familyName(), -1);
    catalogFamily = familyIds.getOrDefault(Table.CATALOG.familyName(), -1);
  }

  @Override
  public LogRecordFoundResult logRecordFound(
      long logNumber, String logFileName, WriteBatch batch, WriteBatch newBatch) {
    try {
      return new LogRecordFoundResult(judge(new BatchReader(batch.data())), false);
    } catch (RocksDBException | IllegalArgumentException | BufferUnderflowException e) {
      // A batch that cannot be looked into cannot be trusted; what was replayed so far is whole.
      return new LogRecordFoundResult(WalProcessingOption.STOP_REPLAY, false);
    }
  }

  private WalProcessingOption judge(BatchReader batch) {
    Set<Long> layers = new HashSet<>();
    boolean[] isOfCatalog = new boolean[1];
    batch.visit(
        (family, key, isPut) -> {
          if (family == catalogFamily) {
            isOfCatalog[0] = true;
            return;
          }
          long layer = key.getLong(0);
          layers.add(layer);
          if (isPut && family == placeFamily && lostPlaces.contains(key)) {
            cutLayers.add(layer);
          }
        });
    if (layers.stream().noneMatch(cutLayers::contains)) {
      return WalProcessingOption.CONTINUE_PROCESSING;
    }
    boolean isOfCutLayersAlone = !isOfCatalog[0] && cutLayers.containsAll(layers);
    return isOfCutLayersAlone
        ? WalProcessingOption.IGNORE_CURRENT_RECORD
        : WalProcessingOption.STOP_REPLAY;
  }

  @Override
  public String name() {
    return "ctrenc.lost-extents";
  }
}
