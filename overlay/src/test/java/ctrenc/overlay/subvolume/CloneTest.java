package ctrenc.overlay.subvolume;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.extent.LostExtents;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.RocksMetaStore;
import ctrenc.overlay.meta.RocksTuning;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.storage.DiskStorage;
import ctrenc.overlay.storage.LiveCopy;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two copies of one store, and a generator that gives both the same: what each writes afterwards,
 * into the same layers under the same keys, is sealed under nonces that the other never uses.
 */
@Timeout(120)
class CloneTest {

  private static final String ENVELOPE = "XTNT";
  private static final int LAYER_OFFSET = 8;
  private static final int NONCE_OFFSET = 32;
  private static final int SESSION = 5;
  private static final int SALT_LENGTH = 32;
  private static final byte[] LAST = {-1, -1, -1, -1, -1, -1, -1, -1, -1};

  @TempDir Path temporary;
  private final SecretMemory memory = SecretMemory.plain();

  /** A generator that was cloned with its state. */
  private static final class Frozen implements Entropy {
    private long state = 42;

    @Override
    public synchronized void fill(byte[] target) {
      for (int i = 0; i < target.length; i++) {
        state = state * 6364136223846793005L + 1442695040888963407L;
        target[i] = (byte) (state >>> 56);
      }
    }
  }

  @Test
  void noNonceRepeatsUnderOneKey() throws Exception {
    Path origin = temporary.resolve("origin");
    try (StoreDirectory store = open(origin)) {
      UUID root = store.subvolumes().create("r", new Base.Empty(), List.of(machineKey())).id();
      FileSystemUser user = new FileSystemUser(store.subvolumes().open(root));
      for (int i = 0; i < 20; i++) {
        user.put("/f" + i, FileSystemUser.pattern(i, 10_000));
      }
    }
    Path copy = temporary.resolve("copy");
    LiveCopy.make(origin, copy);
    Set<String> before = nonces(origin);
    write(origin, 1000);
    write(copy, 2000);
    Set<String> ofOrigin = nonces(origin);
    Set<String> ofCopy = nonces(copy);
    ofOrigin.removeAll(before);
    ofCopy.removeAll(before);
    assertThat(ofOrigin).hasSizeGreaterThan(40);
    assertThat(ofCopy).hasSameSizeAs(ofOrigin).doesNotContainAnyElementsOf(ofOrigin);
  }

  private StoreDirectory open(Path directory) throws IOException {
    return StoreDirectory.open(directory, finding -> {}, memory, new Frozen());
  }

  /** The same moves in each copy, with other bytes. */
  private void write(Path directory, int seed) throws Exception {
    try (StoreDirectory store = open(directory)) {
      UUID root = store.subvolumes().find("r").orElseThrow().id();
      store.subvolumes().unlock(root, List.of(machineKey()));
      FileSystemUser user = new FileSystemUser(store.subvolumes().open(root));
      for (int i = 0; i < 20; i++) {
        user.put("/f" + i, FileSystemUser.pattern(seed + i, 10_000));
      }
      store.snapshots().create(root, "s");
      for (int i = 0; i < 20; i++) {
        user.put("/f" + i, FileSystemUser.pattern(seed + 100 + i, 10_000));
      }
    }
  }

  /** Nonces of all extents, and salts of all sessions under which records are sealed. */
  private static Set<String> nonces(Path directory) throws IOException {
    Set<String> nonces = new TreeSet<>();
    try (Stream<Path> files = Files.walk(directory.resolve("segments"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        addExtents(file, nonces);
      }
    }
    DiskStorage storage = DiskStorage.open(directory);
    try (storage;
        RocksMetaStore meta =
            RocksMetaStore.open(
                directory.resolve("meta"),
                RocksTuning.standard(),
                new LostExtents(storage, "segments"));
        MetaCursor cursor = meta.scan(Table.LAYER, new byte[0], LAST)) {
      while (cursor.next()) {
        if (cursor.key()[Long.BYTES] == SESSION) {
          nonces.add("session " + hex(cursor.value(), 1, SALT_LENGTH));
        }
      }
    }
    return nonces;
  }

  private static void addExtents(Path file, Set<String> nonces) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, ISO_8859_1);
    String layer = String.valueOf(file.getParent().getFileName()).replace("-", "");
    int at = text.indexOf(ENVELOPE);
    while (at >= 0) {
      if (hex(bytes, at + LAYER_OFFSET, 16).equals(layer)) {
        String nonce = hex(bytes, at + NONCE_OFFSET, EnvelopeHeader.NONCE_LENGTH);
        assertThat(nonces.add("extent " + nonce)).as("an extent nonce occurs once").isTrue();
      }
      at = text.indexOf(ENVELOPE, at + 1);
    }
  }

  private static String hex(byte[] bytes, int offset, int length) {
    return HexFormat.of().formatHex(bytes, offset, offset + length);
  }

  private MachineKeyProtector machineKey() {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 3);
    return new MachineKeyProtector(Secret.take(memory, key));
  }
}
