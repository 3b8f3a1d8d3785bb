package ctrenc.overlay.layer;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.Optional;
import java.util.UUID;

/** Layers and records for tests. */
public final class TestLayers {

  private static final int CACHE_BYTES = 1 << 20;

  private TestLayers() {}

  /** The key of a test's layer: the same for the same number. */
  public static LayerKey key(long number) {
    byte[] bytes = new byte[LayerKey.LENGTH];
    Arrays.fill(bytes, (byte) (number + 1));
    return LayerKey.of(Secret.take(SecretMemory.plain(), bytes), new UUID(0x4c61796572L, number));
  }

  /** A place with a cache of its own, where nobody hears of findings. */
  public static LayerPlace place(MetaStore meta, long number) {
    return new LayerPlace(meta, number, new RecordCache(CACHE_BYTES), finding -> {});
  }

  public static EncryptedLayer encrypted(
      MetaStore meta, ExtentStore extents, long number, long floor) throws IOException {
    return EncryptedLayer.open(place(meta, number), key(number), extents, Entropy.system(), floor);
  }

  /** An upper whose extents are in memory. */
  public static EncryptedLayer encrypted(MetaStore meta, long number, long floor)
      throws IOException {
    return encrypted(meta, new MemoryExtentStore(meta, number), number, floor);
  }

  public static InodeRecord file(long size) {
    return record(FileMode.REGULAR | 0644, size, InodeRecord.RUNS);
  }

  public static InodeRecord record(int mode, long size, InodeRecord.Body body) {
    Timestamp time = new Timestamp(1_700_000_000, 5);
    return new InodeRecord(
        mode,
        10,
        20,
        0,
        1,
        size,
        0,
        time,
        time,
        time,
        time,
        0,
        false,
        body,
        Collections.emptySortedMap());
  }

  /** Encodes a record, so that two of them can be compared by content. */
  public static ByteBuffer content(InodeRecord inode) {
    return ByteBuffer.wrap(InodeCodec.encode(inode));
  }

  public static void putEntry(UpperLayer layer, long parent, String name, long child)
      throws IOException {
    try (LayerBatch batch = layer.batch()) {
      batch.putEntry(
          parent, new DirectoryEntry.Child(Name.of(name), child, FileMode.REGULAR >> 12));
      batch.commit();
    }
  }

  /** What this layer alone has of a file: gaps are zeros. */
  public static byte[] read(Layer layer, long inode, int size) throws IOException {
    byte[] content = new byte[size];
    long offset = 0;
    try (Arena arena = Arena.ofConfined()) {
      Optional<FileRun> run = layer.run(inode, offset);
      while (run.isPresent() && run.get().offset() < size) {
        FileRun found = run.get();
        int length = (int) Math.min(found.length(), size - found.offset());
        MemorySegment target = arena.allocate(length).fill((byte) 0x55);
        layer.read(found, 0, target);
        MemorySegment.copy(target, ValueLayout.JAVA_BYTE, 0, content, (int) found.offset(), length);
        offset = found.end();
        run = layer.run(inode, offset);
      }
    }
    return content;
  }
}
