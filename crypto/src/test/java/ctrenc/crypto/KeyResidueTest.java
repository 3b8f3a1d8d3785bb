package ctrenc.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import ctrenc.crypto.extent.ChunkScratch;
import ctrenc.crypto.extent.ExtentOpener;
import ctrenc.crypto.extent.ExtentSeal;
import ctrenc.crypto.extent.ExtentSealer;
import ctrenc.crypto.extent.NonceHedge;
import ctrenc.crypto.extent.Suite;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.kdf.Purpose;
import ctrenc.crypto.record.NameHasher;
import ctrenc.crypto.record.RecordSession;
import ctrenc.crypto.record.StateHash;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.wrap.Kek;
import ctrenc.crypto.wrap.KeyWrapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Searches a dump of the whole heap, garbage included, for keys. A key is looked for by its first
 * 16 bytes, masked so that this test does not find itself, as bytes and as the words of an AES key
 * schedule.
 */
class KeyResidueTest {

  private static final byte MASK = (byte) 0xC3;
  private static final int PROBE = 16;

  @TempDir private Path directory;

  /** A key that can be recognised, but not found in this object. */
  private record Masked(byte[] probe) {

    static Masked of(Secret secret) {
      byte[] probe = new byte[PROBE];
      return secret.use(
          RawKeyAccess.grant(),
          key -> {
            for (int i = 0; i < PROBE; i++) {
              probe[i] = (byte) (key[i] ^ MASK);
            }
            return new Masked(probe);
          });
    }

    boolean isIn(ByteBuffer dump) {
      for (int at = 0; at + PROBE <= dump.limit(); at++) {
        if (matches(dump, at, 0) || matches(dump, at, Integer.BYTES - 1)) {
          return true;
        }
      }
      return false;
    }

    /** With {@code swap} 3, as 32-bit words of the other byte order. */
    private boolean matches(ByteBuffer dump, int at, int swap) {
      for (int i = 0; i < PROBE; i++) {
        if ((byte) (dump.get(at + (i ^ swap)) ^ MASK) != probe[i]) {
          return false;
        }
      }
      return true;
    }
  }

  @Test
  void noKeyIsOnTheHeapNotEvenAsGarbage() throws IOException, CryptoException {
    Secret planted = Fixtures.secret(200, 32);
    byte[] found = new byte[32];
    planted.copyTo(found, 0, RawKeyAccess.grant());

    LayerKey key = LayerKey.random(Fixtures.MEMORY, Entropy.system(), Fixtures.LAYER);
    Kek kek = Kek.random(Fixtures.MEMORY, Entropy.system(), UUID.randomUUID());
    List<Masked> closed = useEverything(key, kek);
    RecordSession session = RecordSession.start(key, Entropy.system());
    session.seal(new byte[1], new byte[1]);
    Masked layer = Masked.of(key.master());
    Masked wrapping = Masked.of(kek.secret());

    ByteBuffer dump = dump();
    assertThat(Masked.of(planted).isIn(dump)).as("the search finds what is there").isTrue();
    assertThat(layer.isIn(dump)).as("the layer key, while it is open").isFalse();
    assertThat(wrapping.isIn(dump)).as("the KEK, while it is open").isFalse();
    assertThat(closed).hasSize(2).noneMatch(derived -> derived.isIn(dump));
    assertThat(derived(key, Purpose.RECORD, recordData(session)).isIn(dump))
        .as("KEYS.md says that an open session's ciphers hold its key: if no more, say so there")
        .isTrue();
    assertThat(found).hasSize(32);
  }

  /** Returns the last extent's key and the record session's key, both closed. */
  private static List<Masked> useEverything(LayerKey key, Kek kek) throws CryptoException {
    List<Masked> closed = new ArrayList<>();
    byte[] plain = new byte[40000];
    byte[] sealed = new byte[Suite.CURRENT.sealedLength(plain.length)];
    try (NonceHedge hedge = NonceHedge.start(Fixtures.MEMORY, Entropy.system());
        ExtentSealer sealer = new ExtentSealer(hedge, Suite.CURRENT);
        ChunkScratch scratch = new ChunkScratch();
        RecordSession session = RecordSession.start(key, Entropy.system());
        NameHasher names = NameHasher.of(key);
        StateHash state = StateHash.empty(key)) {
      byte[] nonce = {};
      for (int i = 0; i < 50; i++) {
        ExtentSeal seal = sealer.seal(key, i, plain, 0, plain.length, sealed, 0);
        nonce = seal.nonce();
        try (ExtentOpener opener = ExtentOpener.open(key, i, plain.length, seal)) {
          opener.openChunk(0, sealed, 0, plain, 0, scratch);
        }
        session.open(plain, session.seal(plain, names.token(i, plain)));
        state.add(plain, sealed);
      }
      closed.add(derived(key, Purpose.EXTENT, extentData(49, plain.length, nonce)));
      closed.add(derived(key, Purpose.RECORD, recordData(session)));
    }
    byte[] wrapped = new KeyWrapper(Entropy.system()).wrap(kek, key);
    KeyWrapper.unwrapLayerKey(kek, key.layer(), wrapped).close();
    return closed;
  }

  private static byte[] extentData(long id, int length, byte[] nonce) {
    return ByteBuffer.allocate(45)
        .put(Suite.CURRENT.code())
        .putLong(id)
        .putInt(length)
        .put(nonce)
        .array();
  }

  private static byte[] recordData(RecordSession session) {
    return ByteBuffer.allocate(33).put((byte) 1).put(session.salt()).array();
  }

  private static Masked derived(LayerKey key, Purpose purpose, byte[] data) {
    try (Secret secret = key.derivation().deriveSecret(purpose, data, 32)) {
      return Masked.of(secret);
    }
  }

  private ByteBuffer dump() throws IOException {
    Path file = directory.resolve("heap.hprof");
    HotSpotDiagnosticMXBean diagnostics =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    diagnostics.dumpHeap(file.toString(), false);
    try (FileChannel channel = FileChannel.open(file)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    }
  }
}
