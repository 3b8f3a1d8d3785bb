package ctrenc.overlay.extent;

import static ctrenc.overlay.extent.ExtentFixture.bytes;
import static ctrenc.overlay.extent.ExtentFixture.read;
import static ctrenc.overlay.extent.ExtentFixture.write;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.record.RecordSession;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.storage.MemoryStorage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How often a key is derived, counted by the secrets that are made of a layer's key. */
final class DerivationWorkTest {

  private static final int TIMES = 100;
  private static final int LENGTH = 100_000;

  /** Plain memory that counts what it gives. */
  private static final class CountingMemory implements SecretMemory {

    private final SecretMemory memory = SecretMemory.plain();
    private final AtomicInteger given = new AtomicInteger();

    @Override
    public MemorySegment allocate(long size) {
      given.incrementAndGet();
      return memory.allocate(size);
    }

    @Override
    public void release(MemorySegment part) {
      memory.release(part);
    }
  }

  private final CountingMemory memory = new CountingMemory();
  private final MemoryMetaStore meta = new MemoryMetaStore();
  private final MemoryStorage storage = new MemoryStorage();
  private final LayerKey key = LayerKey.random(memory, Entropy.system(), ExtentFixture.LAYER);
  private SegmentExtentStore store;

  @BeforeEach
  void open() throws IOException {
    store = reopened();
  }

  private SegmentExtentStore reopened() throws IOException {
    return new ExtentFixture().open(storage, meta, ExtentFixture.LAYER, ExtentFixture.NUMBER, key);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  @Test
  void anExtentIsSealedUnderOneKey() throws IOException {
    int before = memory.given.get();
    for (int i = 0; i < TIMES; i++) {
      write(store, meta, bytes(i, LENGTH));
    }
    assertThat(memory.given.get() - before).isEqualTo(TIMES);
  }

  @Test
  void anExtentThatIsReadAgainAndAgainIsOpenedOnce() throws IOException {
    ExtentReference extent = write(store, meta, bytes(1, LENGTH));
    store.close();
    store = reopened();
    int before = memory.given.get();
    for (int i = 0; i < TIMES; i++) {
      read(store, extent, i * 10, LENGTH / 2);
    }
    assertThat(memory.given.get() - before).isEqualTo(1);
  }

  @Test
  void recordsShareTheKeysOfTheirSession() {
    try (RecordSession session = RecordSession.start(key, Entropy.system())) {
      int before = memory.given.get();
      for (int i = 0; i < TIMES; i++) {
        session.seal(bytes(i, 24), bytes(i, 200));
      }
      assertThat(memory.given.get() - before).isZero();
    }
  }
}
