package ctrenc.overlay.subvolume;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.extent.ExtentSetting;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.extent.SegmentExtentStore;
import ctrenc.overlay.extent.SyncExpectation;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.storage.KeyAbsentException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The open extent stores of layers: one of each, which whoever has the layer's key shares with
 * whoever moves ciphertext without it. The last one closes it. Thread-safe.
 */
final class SharedExtents {

  private final ExtentSetting setting;
  private final Map<Long, Shared> open = new HashMap<>();

  SharedExtents(ExtentSetting setting) {
    this.setting = setting;
  }

  /** Opens a layer for the one who has its key; {@code key} outlives what is returned. */
  synchronized ExtentStore withKey(LayerRecord layer, LayerKey key) throws IOException {
    Shared shared = enter(layer);
    if (shared.slot.held.isPresent()) {
      leave(layer.number());
      throw new IllegalStateException("layer number " + layer.number() + " is open already");
    }
    shared.slot.held = Optional.of(key);
    return new Keyed(shared.store, () -> endKeyed(layer.number(), shared));
  }

  /** The same for one who has no key; {@link #leave} ends it. */
  synchronized SegmentExtentStore withoutKey(LayerRecord layer) throws IOException {
    return enter(layer).store;
  }

  private Shared enter(LayerRecord layer) throws IOException {
    Shared shared = open.get(layer.number());
    if (shared == null) {
      KeySlot slot = new KeySlot();
      shared =
          new Shared(
              SegmentExtentStore.open(
                  setting.in(layer.folder()), layer.number(), layer.id(), slot::key),
              slot);
      open.put(layer.number(), shared);
    }
    shared.users++;
    return shared;
  }

  synchronized void leave(long layer) throws IOException {
    Shared shared = open.get(layer);
    if (shared == null) {
      throw new IllegalStateException("layer number " + layer + " is not open");
    }
    shared.users--;
    if (shared.users == 0) {
      open.remove(layer);
      shared.store.close();
    }
  }

  /** What was written is as safe afterwards as if nobody else had the layer open. */
  private synchronized void endKeyed(long layer, Shared shared) throws IOException {
    try {
      if (shared.users > 1) {
        shared.store.sync();
      }
    } finally {
      shared.slot.held = Optional.empty();
      shared.store.forgetKeys();
      leave(layer);
    }
  }

  private static final class Shared {
    private final SegmentExtentStore store;
    private final KeySlot slot;
    private int users;

    Shared(SegmentExtentStore store, KeySlot slot) {
      this.store = store;
      this.slot = slot;
    }
  }

  /** The key of a layer while someone has it open who brought it. */
  private static final class KeySlot {
    private volatile Optional<LayerKey> held = Optional.empty();

    LayerKey key() throws KeyAbsentException {
      return held.orElseThrow(
          () -> new KeyAbsentException("The layer is locked. Unlock it and retry."));
    }
  }

  /** Ends the use of a store that others may use, too. */
  @FunctionalInterface
  private interface End {
    void run() throws IOException;
  }

  private static final class Keyed implements ExtentStore {
    private final SegmentExtentStore store;
    private final End end;
    private boolean closed;

    Keyed(SegmentExtentStore store, End end) {
      this.store = store;
      this.end = end;
    }

    @Override
    public ExtentReference append(byte[] plain, int offset, int length) throws IOException {
      return store.append(plain, offset, length);
    }

    @Override
    public void place(MetaBatch batch, ExtentReference appended) {
      store.place(batch, appended);
    }

    @Override
    public void share(MetaBatch batch, long extent, int more) {
      store.share(batch, extent, more);
    }

    @Override
    public void release(MetaBatch batch, long extent) {
      store.release(batch, extent);
    }

    @Override
    public void reclaim(long extent) throws IOException {
      store.reclaim(extent);
    }

    @Override
    public void read(ExtentReference reference, int skip, MemorySegment target) throws IOException {
      store.read(reference, skip, target);
    }

    @Override
    public SyncExpectation expectSync() {
      return store.expectSync();
    }

    @Override
    public void sync() throws IOException {
      store.sync();
    }

    @Override
    public void giveBack() throws IOException {
      store.giveBack();
    }

    @Override
    public long storedBytes() throws IOException {
      return store.storedBytes();
    }

    @Override
    public synchronized void close() throws IOException {
      if (!closed) {
        closed = true;
        end.run();
      }
    }
  }
}
