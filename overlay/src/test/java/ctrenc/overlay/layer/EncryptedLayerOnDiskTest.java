package ctrenc.overlay.layer;

import ctrenc.crypto.extent.NonceHedge;
import ctrenc.crypto.extent.Suite;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.extent.ExtentSetting;
import ctrenc.overlay.extent.ExtentTuning;
import ctrenc.overlay.extent.ExtentWorkspaces;
import ctrenc.overlay.extent.SegmentExtentStore;
import ctrenc.overlay.meta.ReplayCheck;
import ctrenc.overlay.meta.RocksMetaStore;
import ctrenc.overlay.meta.RocksTuning;
import ctrenc.overlay.storage.DiskStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** An encrypted layer over RocksDB and segment files; every opening opens those anew as well. */
class EncryptedLayerOnDiskTest extends UpperLayerContract {

  @TempDir Path temporary;
  private final ExtentWorkspaces workspaces =
      new ExtentWorkspaces(NonceHedge.start(SecretMemory.plain(), Entropy.system()), Suite.CURRENT);
  private Optional<RocksMetaStore> opened = Optional.empty();

  @Override
  UpperLayer open() throws IOException {
    closeStores();
    RocksMetaStore meta =
        RocksMetaStore.open(temporary.resolve("meta"), RocksTuning.small(), ReplayCheck.NONE);
    opened = Optional.of(meta);
    DiskStorage storage = DiskStorage.open(temporary);
    storage.createDirectory("segments");
    ExtentSetting setting =
        new ExtentSetting(
            storage, "segments", meta, workspaces, finding -> {}, ExtentTuning.standard());
    LayerKey key = TestLayers.key(3);
    SegmentExtentStore extents = SegmentExtentStore.open(setting, 3, key.layer(), () -> key);
    return TestLayers.encrypted(meta, extents, 3, FLOOR);
  }

  @Override
  void closeStores() throws IOException {
    if (opened.isPresent()) {
      opened.get().close();
    }
  }
}
