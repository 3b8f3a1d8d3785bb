package ctrenc.crypto;

import static ctrenc.crypto.Fixtures.counting;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.extent.ChunkScratch;
import ctrenc.crypto.extent.ExtentOpener;
import ctrenc.crypto.extent.ExtentSeal;
import ctrenc.crypto.extent.ExtentSealer;
import ctrenc.crypto.extent.NonceHedge;
import ctrenc.crypto.extent.Suite;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.protector.Argon2Cost;
import ctrenc.crypto.protector.KeyFileProtector;
import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.protector.PassphraseProtector;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.protector.ProtectorGroups;
import ctrenc.crypto.protector.RecipientProtector;
import ctrenc.crypto.record.NameHasher;
import ctrenc.crypto.record.RecordSession;
import ctrenc.crypto.record.StateHash;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.wrap.Kek;
import ctrenc.crypto.wrap.KeyWrapper;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Holds our formats to files of vectors, sealing and opening. The files were written once and
 * checked by an independent implementation of the layouts in KEYS.md; a test that fails here means
 * that stores of former releases no longer open.
 */
class FormatVectorTest {

  @ParameterizedTest
  @CsvSource({
    "CHUNKS_OF_16_KIB, extent-v1-16kib.properties, 1",
    "CHUNKS_OF_16_KIB, extent-v1-16kib.properties, 100",
    "CHUNKS_OF_16_KIB, extent-v1-16kib.properties, 40000",
    "CHUNKS_OF_4_KIB, extent-v1-4kib.properties, 1",
    "CHUNKS_OF_4_KIB, extent-v1-4kib.properties, 100",
    "CHUNKS_OF_4_KIB, extent-v1-4kib.properties, 40000"
  })
  void extents(Suite suite, String file, int length)
      throws CryptoException, GeneralSecurityException {
    Vectors vectors = new Vectors(file);
    LayerKey key = LayerKey.of(vectors.secret("layer.key"), vectors.uuid("layer.uuid"));
    String name = "pattern." + length;
    byte[] plain = pattern(length);
    byte[] sealed = new byte[suite.sealedLength(length)];
    NonceHedge hedge = NonceHedge.start(Fixtures.MEMORY, counting(0));
    ExtentSeal seal =
        new ExtentSealer(hedge, suite)
            .seal(key, vectors.number("extent.id"), plain, 0, length, sealed, 0);
    assertThat(seal.nonce()).isEqualTo(vectors.bytes(name + ".nonce"));
    assertThat(seal.commitment()).isEqualTo(vectors.bytes(name + ".commitment"));
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(sealed);
    assertThat(digest).isEqualTo(vectors.bytes(name + ".sealed.sha256"));
    assertThat(open(vectors, suite, key, name, sealed)).isEqualTo(plain);
    if (length <= 100) {
      assertThat(open(vectors, suite, key, name, vectors.bytes(name + ".sealed"))).isEqualTo(plain);
    }
  }

  private static byte[] pattern(int length) {
    byte[] plain = new byte[length];
    for (int i = 0; i < length; i++) {
      plain[i] = (byte) (31 * i);
    }
    return plain;
  }

  private static byte[] open(Vectors vectors, Suite suite, LayerKey key, String name, byte[] sealed)
      throws CryptoException {
    ExtentSeal seal =
        new ExtentSeal(suite, vectors.bytes(name + ".nonce"), vectors.bytes(name + ".commitment"));
    int length = Integer.parseInt(name.substring(name.indexOf('.') + 1));
    byte[] opened = new byte[length];
    try (ExtentOpener opener = ExtentOpener.open(key, vectors.number("extent.id"), length, seal);
        ChunkScratch scratch = new ChunkScratch()) {
      for (int chunk = 0; chunk < suite.chunks(length); chunk++) {
        opener.openChunk(
            chunk, sealed, chunk * suite.sealedChunk(), opened, chunk * suite.chunk(), scratch);
      }
    }
    return opened;
  }

  @Test
  void records() throws CryptoException {
    Vectors vectors = new Vectors("record-v1.properties");
    LayerKey key = LayerKey.of(vectors.secret("layer.key"), vectors.uuid("layer.uuid"));
    assertThat(key.keyId()).hasToString(vectors.text("layer.keyid"));
    byte[] bound = vectors.bytes("bound");
    byte[] plain = vectors.bytes("plain");
    RecordSession session = RecordSession.start(key, counting(0));
    assertThat(session.salt()).isEqualTo(vectors.bytes("salt"));
    assertThat(session.seal(bound, plain)).isEqualTo(vectors.bytes("sealed.first"));
    assertThat(session.seal(bound, plain)).isEqualTo(vectors.bytes("sealed.second"));
    assertThat(session.seal(new byte[0], new byte[0])).isEqualTo(vectors.bytes("sealed.empty"));
    RecordSession resumed = RecordSession.resume(key, vectors.bytes("salt"));
    assertThat(resumed.open(bound, vectors.bytes("sealed.second"))).isEqualTo(plain);
    assertThat(resumed.open(new byte[0], vectors.bytes("sealed.empty"))).isEmpty();
  }

  @Test
  void nameTokensAndStateRoots() {
    Vectors vectors = new Vectors("record-v1.properties");
    LayerKey key = LayerKey.of(vectors.secret("layer.key"), vectors.uuid("layer.uuid"));
    byte[] token = NameHasher.of(key).token(vectors.number("parent"), vectors.bytes("name"));
    assertThat(token).isEqualTo(vectors.bytes("token"));
    StateHash state = StateHash.empty(key);
    assertThat(state.root()).isEqualTo(vectors.bytes("state.empty.root"));
    state.add(vectors.bytes("bound"), vectors.bytes("plain"));
    state.add(vectors.bytes("plain"), vectors.bytes("bound"));
    assertThat(state.sum()).isEqualTo(vectors.bytes("state.sum"));
    assertThat(state.root()).isEqualTo(vectors.bytes("state.root"));
  }

  @Test
  void wrappedKeys() throws CryptoException {
    Vectors vectors = new Vectors("wrapped-key-v1.properties");
    Kek kek = Kek.of(vectors.secret("kek"), vectors.uuid("subvolume"));
    assertThat(kek.keyId()).hasToString(vectors.text("kek.id"));
    UUID layer = vectors.uuid("layer.uuid");
    LayerKey key = LayerKey.of(vectors.secret("layer.key"), layer);
    assertThat(new KeyWrapper(counting(0)).wrap(kek, key))
        .isEqualTo(vectors.bytes("wrapped.layer"));
    assertThat(KeyWrapper.unwrapLayerKey(kek, layer, vectors.bytes("wrapped.layer")).keyId())
        .isEqualTo(key.keyId());
    UUID nestedId = vectors.uuid("nested.subvolume");
    Kek nested = Kek.of(vectors.secret("nested.kek"), nestedId);
    assertThat(new KeyWrapper(counting(0)).wrap(kek, nested))
        .isEqualTo(vectors.bytes("wrapped.nested"));
    assertThat(KeyWrapper.unwrapNestedKek(kek, nestedId, vectors.bytes("wrapped.nested")).keyId())
        .isEqualTo(nested.keyId());
  }

  @Test
  void protectors() throws CryptoException {
    Vectors vectors = new Vectors("protectors-v1.properties");
    UUID subvolume = vectors.uuid("subvolume");
    Kek kek = Kek.of(vectors.secret("kek"), subvolume);
    Argon2Cost cost =
        new Argon2Cost(
            (int) vectors.number("argon2.memory.kib"),
            (int) vectors.number("argon2.passes"),
            (int) vectors.number("argon2.lanes"));
    Secret passphrase =
        Secret.take(Fixtures.MEMORY, vectors.text("passphrase").getBytes(StandardCharsets.UTF_8));
    List<Protector> both =
        List.of(
            new MachineKeyProtector(vectors.secret("machine.key")),
            new PassphraseProtector(passphrase, cost));
    List<Protector> file = List.of(new KeyFileProtector(vectors.secret("key.file")));
    Entropy entropy = counting(0);
    ProtectorGroups made =
        ProtectorGroups.none(subvolume).with(kek, both, entropy).with(kek, file, entropy);
    assertThat(made.encode()).isEqualTo(vectors.bytes("groups"));
    ProtectorGroups stored = ProtectorGroups.decode(subvolume, vectors.bytes("groups"));
    assertThat(stored.unlock(both).keyId()).isEqualTo(kek.keyId());
    assertThat(stored.unlock(file).keyId()).isEqualTo(kek.keyId());
  }

  @Test
  void recipients() throws CryptoException {
    Vectors vectors = new Vectors("recipient-v1.properties");
    UUID subvolume = vectors.uuid("subvolume");
    Protector identity = RecipientProtector.identity(Fixtures.MEMORY, vectors.bytes("identity"));
    ProtectorGroups stored = ProtectorGroups.decode(subvolume, vectors.bytes("groups"));
    try (Kek opened = stored.unlock(List.of(identity));
        Secret kek = vectors.secret("kek")) {
      assertThat(opened.secret().matches(kek)).isTrue();
    }
  }
}
