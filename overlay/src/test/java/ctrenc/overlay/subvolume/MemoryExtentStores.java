package ctrenc.overlay.subvolume;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.overlay.extent.ArrivingExtents;
import ctrenc.overlay.extent.CompactionNeed;
import ctrenc.overlay.extent.CompactionResult;
import ctrenc.overlay.extent.CompactionRule;
import ctrenc.overlay.extent.CompactionWatch;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.layer.MemoryExtentStore;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.storage.MemoryStorage;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Extents in memory, and which layers have any.
 *
 * @param meta the records at the moment: a crash brings others
 */
record MemoryExtentStores(Supplier<MetaStore> meta, Set<UUID> folders) implements ExtentStores {

  @Override
  public ExtentStore open(long layer, LayerKey key) throws IOException {
    folders.add(key.layer());
    return new MemoryExtentStore(meta.get(), layer);
  }

  @Override
  public void remove(UUID layer) {
    folders.remove(layer);
  }

  @Override
  public Set<UUID> layers() {
    return Set.copyOf(folders);
  }

  @Override
  public EnvelopeReader envelopes(UUID layer) {
    return new EnvelopeReader(new MemoryStorage(), "segments", layer);
  }

  @Override
  public ArrivingExtents arriving(long layer, UUID id, long last) throws IOException {
    return new ArrivingExtents(new MemoryStorage(), "segments", meta.get(), layer, id, last);
  }

  @Override
  public CompactionResult compact(
      LayerRecord layer, CompactionRule rule, Pace pace, CompactionWatch watch) {
    return CompactionResult.nothing();
  }

  @Override
  public Repair repair(LayerRecord layer) {
    throw new AssertionError("nothing here is damaged");
  }

  @Override
  public List<String> mendHeaders(UUID layer) {
    return List.of();
  }

  @Override
  public CompactionNeed compactionNeed(LayerRecord layer, CompactionRule rule) {
    return new CompactionNeed(0, 0);
  }

  @Override
  public long storedBytes(UUID layer) {
    return 0;
  }
}
