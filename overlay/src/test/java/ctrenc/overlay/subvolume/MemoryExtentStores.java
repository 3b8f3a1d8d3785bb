package ctrenc.overlay.subvolume;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.overlay.extent.ArrivingExtents;
import ctrenc.overlay.extent.CompactionNeed;
import ctrenc.overlay.extent.CompactionResult;
import ctrenc.overlay.extent.CompactionRule;
import ctrenc.overlay.extent.CompactionWatch;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.extent.LayerFolder;
import ctrenc.overlay.layer.MemoryExtentStore;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.storage.MemoryStorage;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Extents in memory, and which layers have any.
 *
 * @param meta the records at the moment: a crash brings others
 */
record MemoryExtentStores(Supplier<MetaStore> meta, Set<LayerFolder> folders)
    implements ExtentStores {

  @Override
  public ExtentStore open(LayerRecord layer, LayerKey key) throws IOException {
    folders.add(layer.folder());
    return new MemoryExtentStore(meta.get(), layer.number());
  }

  @Override
  public void remove(LayerFolder layer) {
    folders.remove(layer);
  }

  @Override
  public Set<LayerFolder> layers() {
    return Set.copyOf(folders);
  }

  @Override
  public EnvelopeReader envelopes(LayerRecord layer) {
    return new EnvelopeReader(new MemoryStorage(), "segments", layer.id());
  }

  @Override
  public ArrivingExtents arriving(LayerRecord layer, long last) throws IOException {
    return new ArrivingExtents(
        new MemoryStorage(), "segments", meta.get(), layer.number(), layer.id(), last);
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
  public List<String> mendHeaders(LayerRecord layer) {
    return List.of();
  }

  @Override
  public CompactionNeed compactionNeed(LayerRecord layer, CompactionRule rule) {
    return new CompactionNeed(0, 0);
  }

  @Override
  public long storedBytes(LayerRecord layer) {
    return 0;
  }
}
