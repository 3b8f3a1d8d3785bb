package ctrenc.overlay.subvolume;

import ctrenc.crypto.extent.NonceHedge;
import ctrenc.crypto.extent.Suite;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.audit.Audit;
import ctrenc.overlay.extent.ArrivingExtents;
import ctrenc.overlay.extent.CompactionNeed;
import ctrenc.overlay.extent.CompactionResult;
import ctrenc.overlay.extent.CompactionRule;
import ctrenc.overlay.extent.CompactionWatch;
import ctrenc.overlay.extent.ExtentSetting;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.extent.ExtentTuning;
import ctrenc.overlay.extent.ExtentWorkspaces;
import ctrenc.overlay.extent.PlaceRecord;
import ctrenc.overlay.extent.SegmentExtentStore;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.segment.SegmentHeaders;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.storage.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Extents in segment files below one directory. Thread-safe. */
final class SegmentExtents implements ExtentStores, AutoCloseable {

  private final NonceHedge hedge;
  private final ExtentWorkspaces workspaces;
  private final ExtentSetting setting;
  private final SharedExtents shared;

  SegmentExtents(
      Storage storage,
      String segments,
      MetaStore meta,
      Audit audit,
      SecretMemory memory,
      Entropy entropy) {
    this.hedge = NonceHedge.start(memory, entropy);
    this.workspaces = new ExtentWorkspaces(hedge, Suite.CURRENT);
    this.setting =
        new ExtentSetting(storage, segments, meta, workspaces, audit, ExtentTuning.standard());
    this.shared = new SharedExtents(setting);
  }

  @Override
  public ExtentStore open(long layer, LayerKey key) throws IOException {
    return shared.withKey(layer, key);
  }

  @Override
  public void remove(UUID layer) throws IOException {
    SegmentFiles.remove(setting.storage(), setting.segments(), layer);
  }

  @Override
  public Set<UUID> layers() throws IOException {
    Set<UUID> layers = new HashSet<>();
    for (String name : setting.storage().list(setting.segments())) {
      try {
        layers.add(UUID.fromString(name));
      } catch (IllegalArgumentException e) {
        throw new DamagedException("The directory of segment files holds a foreign name.", e);
      }
    }
    return layers;
  }

  @Override
  public EnvelopeReader envelopes(UUID layer) {
    return new EnvelopeReader(setting.storage(), setting.segments(), layer);
  }

  @Override
  public ArrivingExtents arriving(long layer, UUID id, long last) throws IOException {
    return new ArrivingExtents(
        setting.storage(), setting.segments(), setting.meta(), layer, id, last);
  }

  @Override
  public CompactionResult compact(
      LayerRecord layer, CompactionRule rule, Pace pace, CompactionWatch watch) throws IOException {
    SegmentExtentStore store = shared.withoutKey(layer.number(), layer.id());
    try {
      return store.compact(rule, pace, watch);
    } finally {
      shared.leave(layer.number());
    }
  }

  @Override
  public Repair repair(LayerRecord layer) throws IOException {
    SegmentExtentStore store = shared.withoutKey(layer.number(), layer.id());
    return new Repair() {
      @Override
      public boolean replace(long extent, PlaceRecord damaged, MemorySegment envelope)
          throws IOException {
        return store.replace(extent, damaged, envelope);
      }

      @Override
      public void close() throws IOException {
        shared.leave(layer.number());
      }
    };
  }

  @Override
  public List<String> mendHeaders(UUID layer) throws IOException {
    return SegmentHeaders.mend(setting.storage(), setting.segments(), layer);
  }

  @Override
  public CompactionNeed compactionNeed(LayerRecord layer, CompactionRule rule) throws IOException {
    return SegmentExtentStore.compactionNeed(setting, layer.number(), layer.id(), rule);
  }

  @Override
  public long storedBytes(UUID layer) throws IOException {
    long limit = setting.tuning().segmentFileLength();
    try (SegmentFiles files =
        SegmentFiles.open(setting.storage(), setting.segments(), layer, limit)) {
      return files.storedBytes();
    }
  }

  @Override
  public void close() {
    workspaces.close();
    hedge.close();
  }
}
