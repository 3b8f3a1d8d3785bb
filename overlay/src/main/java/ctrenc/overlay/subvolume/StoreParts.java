package ctrenc.overlay.subvolume;

import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.audit.Audit;
import ctrenc.overlay.layer.HostFileCache;
import ctrenc.overlay.layer.LayerPlace;
import ctrenc.overlay.layer.RecordCache;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.storage.Storage;
import java.nio.file.Path;

/** What everything in one open store shares; the store closes it. */
record StoreParts(
    StorePlace store,
    Storage storage,
    MetaStore meta,
    ExtentStores extents,
    KeySlots keySlots,
    RecordCache cache,
    HostFileCache openFiles,
    Audit audit,
    Entropy entropy,
    SecretMemory memory) {

  Path directory() {
    return store.directory();
  }

  LayerPlace place(long layer) {
    return new LayerPlace(meta, layer, cache, audit);
  }
}
