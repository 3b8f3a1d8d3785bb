package ctrenc.overlay.layer;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.Optional;
import java.util.Random;

/** A sealed layer in memory with random work on every kind of its records. */
final class WorkedLayer {

  private final long number;
  private MemoryMetaStore meta = new MemoryMetaStore();
  private MemoryExtentStore extents;
  private EncryptedLayer layer;

  WorkedLayer(long number) throws IOException {
    this.number = number;
    this.extents = new MemoryExtentStore(meta, number);
    this.layer = TestLayers.encrypted(meta, extents, number, 100);
  }

  MemoryMetaStore meta() {
    return meta;
  }

  EncryptedLayer layer() {
    return layer;
  }

  void reopen() throws IOException {
    layer = TestLayers.encrypted(meta, extents, number, 100);
  }

  /** Goes on in what a later process finds. */
  void goOnIn(MemoryMetaStore found) throws IOException {
    meta = found;
    extents = extents.afterPowerLoss(meta);
    reopen();
  }

  /** What the state root says of the records. */
  Optional<String> fault() throws IOException {
    return fault(layer, meta);
  }

  private Optional<String> fault(EncryptedLayer opened, MetaStore store) throws IOException {
    try (StateScrub scrub = new StateScrub(store, number)) {
      while (opened.sumSome(scrub, 5000)) {
        // Each call does a part.
      }
      return scrub.fault();
    }
  }

  void put(Table table, byte[] key, Optional<byte[]> value) throws IOException {
    try (MetaBatch batch = meta.batch()) {
      if (value.isPresent()) {
        batch.put(table, key, value.get());
      } else {
        batch.delete(table, key);
      }
      meta.commit(batch);
    }
  }

  /** One batch that changes some of four files and names. */
  void change(Random random, long firstFile) throws IOException {
    try (LayerBatch batch = layer.batch()) {
      long file = firstFile + random.nextInt(4);
      int offset = random.nextInt(200);
      byte[] bytes = new byte[1 + random.nextInt(100)];
      ExtentReference extent = layer.append(bytes, 0, bytes.length);
      batch.replace(file, new FileRun.Data(offset, extent));
      if (random.nextInt(5) == 0) {
        batch.truncate(file, random.nextInt(250));
      }
      Name name = Name.of("name" + firstFile + random.nextInt(4));
      if (random.nextBoolean()) {
        long inode = layer.allocateInode();
        batch.putInode(inode, TestLayers.file(random.nextInt(1000)));
        batch.putEntry(firstFile, new DirectoryEntry.Child(name, inode, 8));
      } else {
        batch.removeEntry(firstFile, name);
      }
      if (random.nextBoolean()) {
        batch.putOrphan(file);
        batch.putInode(file, TestLayers.file(random.nextInt(1000)));
      } else {
        batch.removeOrphan(file);
        batch.removeInode(file);
      }
      batch.commit();
    }
  }
}
