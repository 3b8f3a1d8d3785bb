package ctrenc.overlay.meta;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import org.rocksdb.AbstractWalFilter;
import org.rocksdb.RocksDBException;
import org.rocksdb.WalProcessingOption;
import org.rocksdb.WriteBatch;

/** Ends the replay of RocksDB's log before the first batch that puts one of some records. */
final class ReplayFilter extends AbstractWalFilter {

  private final Set<ByteBuffer> refused;
  private int placeFamily = -1;

  ReplayFilter(Set<ByteBuffer> refused) {
    this.refused = refused;
  }

  @Override
  public void columnFamilyLogNumberMap(
      Map<Integer, Long> logNumbers, Map<String, Integer> familyIds) {
    placeFamily = familyIds.getOrDefault(Table.PLACE.familyName(), -1);
  }

  @Override
  public LogRecordFoundResult logRecordFound(
      long logNumber, String logFileName, WriteBatch batch, WriteBatch newBatch) {
    boolean isRefused;
    try {
      isRefused = new BatchReader(batch.data()).puts(placeFamily, refused);
    } catch (RocksDBException e) {
      // A batch that cannot be looked into cannot be trusted; what was replayed so far is whole.
      isRefused = true;
    }
    return isRefused
        ? new LogRecordFoundResult(WalProcessingOption.STOP_REPLAY, false)
        : LogRecordFoundResult.CONTINUE_UNCHANGED;
  }

  @Override
  public String name() {
    return "ctrenc.lost-extents";
  }
}
