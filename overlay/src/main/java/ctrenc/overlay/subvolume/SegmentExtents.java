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
import ctrenc.overlay.extent.LayerFolder;
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

  private static final UUID NAMELESS = new UUID(0, 0);

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
  public ExtentStore open(LayerRecord layer, LayerKey key) throws IOException {
    return shared.withKey(layer, key);
  }

  @Override
  public void remove(LayerFolder layer) throws IOException {
    String parent = layer.parent(setting.segments());
    SegmentFiles.remove(setting.storage(), parent, layer.layer());
    if (layer.part() > 0 && setting.storage().exists(parent)) {
      setting.storage().delete(parent);
      setting.storage().syncDirectory(LayerFolder.parts(setting.segments()));
    }
  }

  @Override
  public Set<LayerFolder> layers() throws IOException {
    Set<LayerFolder> layers = new HashSet<>();
    try {
      for (String name : setting.storage().list(setting.segments())) {
        layers.add(new LayerFolder(UUID.fromString(name), 0));
      }
      String parts = LayerFolder.parts(setting.segments());
      for (String number : setting.storage().list(parts)) {
        // Power may go before the directory in that one is there.
        List<String> names = setting.storage().list(parts + "/" + number);
        UUID layer = names.isEmpty() ? NAMELESS : UUID.fromString(names.getFirst());
        layers.add(new LayerFolder(layer, Long.parseLong(number)));
      }
    } catch (IllegalArgumentException e) {
      throw new DamagedException("The directory of segment files holds a foreign name.", e);
    }
    return layers;
  }

  @Override
  public EnvelopeReader envelopes(LayerRecord layer) {
    return new EnvelopeReader(setting.storage(), of(layer).segments(), layer.id());
  }

  private ExtentSetting of(LayerRecord layer) {
    return setting.in(layer.folder());
  }

  @Override
  public ArrivingExtents arriving(LayerRecord layer, long last) throws IOException {
    Storage storage = setting.storage();
    String segments = of(layer).segments();
    if (layer.part()) {
      // There from the beginning: it tells whose segment files a part without data has.
      storage.createDirectory(segments + "/" + layer.id());
      storage.syncDirectory(segments);
      storage.syncDirectory(LayerFolder.parts(setting.segments()));
      storage.syncDirectory("");
    }
    return new ArrivingExtents(storage, segments, setting.meta(), layer.number(), layer.id(), last);
  }

  @Override
  public CompactionResult compact(
      LayerRecord layer, CompactionRule rule, Pace pace, CompactionWatch watch) throws IOException {
    SegmentExtentStore store = shared.withoutKey(layer);
    try {
      return store.compact(rule, pace, watch);
    } finally {
      shared.leave(layer.number());
    }
  }

  @Override
  public Repair repair(LayerRecord layer) throws IOException {
    SegmentExtentStore store = shared.withoutKey(layer);
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
  public List<String> mendHeaders(LayerRecord layer) throws IOException {
    return SegmentHeaders.mend(setting.storage(), of(layer).segments(), layer.id());
  }

  @Override
  public CompactionNeed compactionNeed(LayerRecord layer, CompactionRule rule) throws IOException {
    return SegmentExtentStore.compactionNeed(of(layer), layer.number(), layer.id(), rule);
  }

  @Override
  public long storedBytes(LayerRecord layer) throws IOException {
    long limit = setting.tuning().segmentFileLength();
    try (SegmentFiles files =
        SegmentFiles.open(setting.storage(), of(layer).segments(), layer.id(), limit)) {
      return files.storedBytes();
    }
  }

  @Override
  public void close() {
    workspaces.close();
    hedge.close();
  }
}
