package ctrenc.overlay.extent;

import ctrenc.crypto.extent.Suite;
import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.storage.MemoryStorage;
import java.io.IOException;

/** The contract over memory, for a store that seals new extents under one suite. */
abstract class MemoryExtentStoreContract extends ExtentStoreContract {

  protected final ExtentFixture fixture = new ExtentFixture();
  protected final MemoryStorage storage = new MemoryStorage();

  /** For stores besides the contract's, which has one of its own. */
  protected final MemoryMetaStore meta = new MemoryMetaStore();

  private final Suite suite;

  MemoryExtentStoreContract(Suite suite) {
    this.suite = suite;
  }

  @Override
  protected MetaStore openMeta() {
    return new MemoryMetaStore();
  }

  @Override
  protected ExtentStore openStore(MetaStore over) throws IOException {
    return fixture.open(storage, over, suite);
  }
}
