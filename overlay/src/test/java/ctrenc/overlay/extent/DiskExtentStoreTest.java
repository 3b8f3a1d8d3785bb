package ctrenc.overlay.extent;

import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.ReplayCheck;
import ctrenc.overlay.meta.RocksMetaStore;
import ctrenc.overlay.meta.RocksTuning;
import ctrenc.overlay.storage.DiskStorage;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The extent store over the real disk and RocksDB. */
final class DiskExtentStoreTest extends ExtentStoreContract {

  @TempDir Path directory;
  private final ExtentFixture fixture = new ExtentFixture();
  private DiskStorage disk;

  @Override
  protected MetaStore openMeta() throws IOException {
    disk = DiskStorage.open(directory);
    return RocksMetaStore.open(directory.resolve("meta"), RocksTuning.small(), ReplayCheck.NONE);
  }

  @Override
  protected ExtentStore openStore(MetaStore over) throws IOException {
    return fixture.open(disk, over);
  }

  @AfterEach
  @Override
  protected void close() throws IOException {
    super.close();
    disk.close();
  }
}
