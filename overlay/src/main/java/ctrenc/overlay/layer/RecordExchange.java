package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.storage.UnreadableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Puts records from elsewhere in the place of those that are damaged or gone, in a layer that does
 * not grow. The key has to open each, which binds it to this layer and its place. That it is the
 * newest of its place shows in one of two ways:
 *
 * <ol>
 *   <li>it has the tag, version and session of the one that is stored, of which only bytes between
 *       them are damaged: nobody makes two seals with one tag
 *   <li>with all others that come, it makes the layer's records what the state root says
 * </ol>
 *
 * <p>Where neither holds nothing is put: what is stored may be newer. Stateless.
 */
final class RecordExchange {

  private final LayerTable table;
  private final StateRoot state;
  private final RecordReader reader;

  RecordExchange(LayerTable table, StateRoot state) {
    this.table = table;
    this.state = state;
    // What comes from elsewhere and does not open is no finding of this store.
    this.reader = new RecordReader(table.id(), table.form(), finding -> {});
  }

  void run(List<SealedRecord> others) throws IOException {
    List<SealedRecord> same = new ArrayList<>();
    List<SealedRecord> rest = new ArrayList<>();
    for (SealedRecord other : others) {
      if (opens(other)) {
        (isSameSeal(other) ? same : rest).add(other);
      }
    }
    put(same);
    if (!rest.isEmpty() && leadToRoot(rest)) {
      put(rest);
    }
  }

  private boolean opens(SealedRecord other) throws IOException {
    byte[] key = other.key();
    try {
      switch (other.table()) {
        case INODE -> reader.inode(key, other.value());
        case ENTRY -> reader.entry(key, other.value(), RecordShape.owner(key));
        case REFERENCE -> reader.run(key, other.value(), RecordKeys.fileOf(key));
        case ORPHAN -> reader.orphan(key, other.value());
        default -> {
          return false;
        }
      }
      return true;
    } catch (UnreadableException e) {
      // Nothing is put that does not open; what is stored stays as damaged as it is.
      return false;
    }
  }

  private boolean isSameSeal(SealedRecord other) throws IOException {
    Optional<byte[]> stored = table.meta().get(other.table(), other.key());
    return stored.isPresent()
        && stored.get().length == other.value().length
        && Arrays.equals(StateElement.stamp(stored.get()), StateElement.stamp(other.value()));
  }

  private boolean leadToRoot(List<SealedRecord> others) throws IOException {
    MetaStore meta = table.meta();
    Optional<StateRoot.Stored> root = state.read(meta);
    if (root.isEmpty()) {
      return false;
    }
    StateScan scan = new StateScan(table.layer());
    scan.step(meta, state.hash(), Long.MAX_VALUE);
    for (SealedRecord other : others) {
      scan.exchange(meta.get(other.table(), other.key()), other, state.hash());
    }
    return Arrays.equals(root.get().sum(), scan.sum());
  }

  private void put(List<SealedRecord> others) throws IOException {
    if (others.isEmpty()) {
      return;
    }
    try (MetaBatch batch = table.meta().batch()) {
      for (SealedRecord other : others) {
        batch.put(other.table(), other.key(), other.value());
      }
      table.meta().commit(batch);
    }
    table.meta().sync();
    table.forgetCached();
  }
}
