package ctrenc.overlay.layer;

import ctrenc.crypto.record.StateHash;
import ctrenc.overlay.meta.MetaSnapshot;
import ctrenc.overlay.meta.MetaStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Holds the records of a layer, at one moment, against its state root, a little at each call of
 * {@link EncryptedLayer#sumSome}: between two calls the layer may change, be closed, locked, and
 * opened again. Not thread-safe.
 */
public final class StateScrub implements AutoCloseable {

  static final String GONE =
      "The state root of the layer is gone: a part of it was restored, or somebody took it away."
          + " Whether its records are the newest cannot be told any more.";

  private static final String OTHER =
      "The records of the layer are not those that were written last: somebody put older ones back,"
          + " or took some away.";

  private static final int COUNT_OFFSET = StateHash.SUM_LENGTH - Long.BYTES;

  private final MetaSnapshot moment;
  private final StateScan scan;
  private Optional<String> fault = Optional.empty();

  /** Of the layer with this number, as it is stored now. */
  public StateScrub(MetaStore meta, long layer) throws IOException {
    this.moment = meta.snapshot();
    this.scan = new StateScan(layer);
  }

  /** Sums up about {@code budget} bytes; false if nothing is left. */
  boolean step(StateRoot root, long budget) throws IOException {
    if (scan.step(moment, root.hash(), budget)) {
      return true;
    }
    fault = judge(root.read(moment));
    return false;
  }

  private Optional<String> judge(Optional<StateRoot.Stored> root) {
    if (root.isEmpty()) {
      return scan.needsRoot() ? Optional.of(GONE) : Optional.empty();
    }
    byte[] sum = scan.sum();
    if (Arrays.equals(root.get().sum(), sum)) {
      return Optional.empty();
    }
    long expected = ByteBuffer.wrap(root.get().sum()).getLong(COUNT_OFFSET);
    long found = ByteBuffer.wrap(sum).getLong(COUNT_OFFSET);
    String counts = " It has " + found + " records of " + expected + ".";
    return Optional.of(expected == found ? OTHER : OTHER + counts);
  }

  /** What is wrong, once all is summed up: a whole sentence. */
  public Optional<String> fault() {
    return fault;
  }

  @Override
  public void close() {
    moment.close();
  }
}
