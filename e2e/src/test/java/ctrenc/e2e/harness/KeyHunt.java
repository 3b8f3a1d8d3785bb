package ctrenc.e2e.harness;

import com.google.gson.JsonParser;
import ctrenc.crypto.CryptoException;
import ctrenc.crypto.kdf.KeyId;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.kdf.Purpose;
import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.crypto.wrap.Kek;
import ctrenc.crypto.wrap.KeyWrapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What root can do while a subvolume is unlocked: takes its KEK out of the daemon's memory, and
 * with it the keys of its layers out of the store.
 */
public final class KeyHunt {

  private static final byte[] WRAPPED_LAYER_KEY = {'C', 'E', 'W', 'K', 1, 1};
  private static final int WRAPPED_LENGTH = 138;
  private static final int SLOT = 64;
  private static final int EXTENT_MAGIC = 0x58544E54;
  private static final int EXTENT_HEADER = 112;

  private final Path state;
  private final UUID subvolume;
  private final Map<String, byte[]> keys = new TreeMap<>();

  private KeyHunt(Path state, UUID subvolume) {
    this.state = state;
    this.subvolume = subvolume;
  }

  /** All keys of a subvolume, and what they are derived through, by name. */
  public static Map<String, byte[]> keys(TestDaemon daemon, String name) throws IOException {
    return keys(daemon, subvolume(daemon, name));
  }

  /** What the store calls a container's root. */
  public static UUID subvolume(TestDaemon daemon, String name) {
    return UUID.fromString(
        JsonParser.parseString(daemon.cli("inspect", name, "--json").ok())
            .getAsJsonArray()
            .get(0)
            .getAsJsonObject()
            .get("subvolume")
            .getAsString());
  }

  /** The same of one that is known by its id, nested or not. */
  public static Map<String, byte[]> keys(TestDaemon daemon, UUID subvolume) throws IOException {
    KeyHunt hunt = new KeyHunt(daemon.state(), subvolume);
    List<byte[]> wrapped = hunt.wrappedKeys();
    new ProcessMemory(daemon.pid()).forEachLockedPage(page -> hunt.tryEach(page, wrapped));
    return hunt.keys;
  }

  private void tryEach(byte[] page, List<byte[]> wrapped) {
    for (int slot = 0; slot + SLOT <= page.length; slot += SLOT) {
      byte[] candidate = Arrays.copyOfRange(page, slot, slot + Kek.LENGTH);
      byte[] kept = candidate.clone();
      try (Kek kek = Kek.of(Secret.take(SecretMemory.plain(), candidate), subvolume)) {
        for (byte[] key : wrapped) {
          if (kek.keyId().equals(KeyId.of(Arrays.copyOfRange(key, 6, 6 + KeyId.LENGTH)))) {
            put("KEK", kept);
            unwrap(kek, key);
          }
        }
      }
    }
  }

  private void unwrap(Kek kek, byte[] wrapped) {
    for (UUID layer : layers()) {
      try (LayerKey key = KeyWrapper.unwrapLayerKey(kek, layer, wrapped)) {
        put("layer key", key.master().use(RawKeyAccess.grant(), byte[]::clone));
        keys.put("name key", key.derivation().derive(Purpose.NAME, new byte[0]));
        deriveExtents(key);
      } catch (CryptoException e) {
        // The key of another layer: its commitment does not fit.
        continue;
      }
    }
  }

  /** The keys of all extents that lie in the layer's segment files. */
  private void deriveExtents(LayerKey key) {
    File[] files = state.resolve("segments").resolve(key.layer().toString()).toFile().listFiles();
    for (File file : files == null ? new File[0] : files) {
      ByteBuffer bytes = ByteBuffer.wrap(read(file.toPath()));
      for (int at = 0; at + EXTENT_HEADER <= bytes.limit(); at++) {
        if (bytes.getInt(at) == EXTENT_MAGIC) {
          byte[] nonce = new byte[32];
          bytes.get(at + 32, nonce);
          byte[] data =
              ByteBuffer.allocate(45)
                  .put((byte) 1)
                  .putLong(bytes.getLong(at + 24))
                  .putInt(bytes.getInt(at + 96))
                  .put(nonce)
                  .array();
          keys.put("extent key " + at, key.derivation().derive(Purpose.EXTENT, data));
        }
      }
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void put(String name, byte[] key) {
    keys.put(name, key);
    try {
      Mac extract = Mac.getInstance("HmacSHA512");
      extract.init(new SecretKeySpec(new byte[SLOT], "HmacSHA512"));
      keys.put("what is derived from the " + name, extract.doFinal(key));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK lacks HMAC-SHA512", e);
    }
  }

  private List<UUID> layers() {
    String[] names = state.resolve("segments").toFile().list();
    return Stream.of(names == null ? new String[0] : names).map(UUID::fromString).toList();
  }

  /** The engine removes a file when another one has what it held: then all are read again. */
  private List<byte[]> wrappedKeys() throws IOException {
    while (true) {
      try {
        return wrappedKeysNow();
      } catch (NoSuchFileException removedMeanwhile) {
        continue;
      }
    }
  }

  private List<byte[]> wrappedKeysNow() throws IOException {
    List<byte[]> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(state.resolve("meta"))) {
      for (Path file : files.toList()) {
        byte[] bytes = Files.readAllBytes(file);
        for (int at = 0; at + WRAPPED_LENGTH <= bytes.length; at++) {
          if (ByteBuffer.wrap(bytes, at, WRAPPED_LAYER_KEY.length)
              .equals(ByteBuffer.wrap(WRAPPED_LAYER_KEY))) {
            found.add(Arrays.copyOfRange(bytes, at, at + WRAPPED_LENGTH));
          }
        }
      }
    }
    return found;
  }
}
