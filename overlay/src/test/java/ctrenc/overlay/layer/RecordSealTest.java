package ctrenc.overlay.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Records of an encrypted layer against somebody who changes the store: each flipped byte, each
 * record in another record's place, in another layer or in another store's layer is refused, and
 * never answers anything else than what was written.
 */
class RecordSealTest {

  private static final long LAYER = 3;
  private static final long FIRST = 100;
  private static final int FILES = 3;
  private static final Name NAME = Name.of("a name");

  private final MemoryMetaStore meta = new MemoryMetaStore();
  private final List<Finding> findings = new ArrayList<>();

  /** A record as it lies in the store. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Stored(Table table, byte[] key, byte[] value) {}

  @BeforeEach
  void write() throws IOException {
    EncryptedLayer layer = open(meta, TestLayers.key(LAYER));
    try (LayerBatch batch = layer.batch()) {
      for (long inode = FIRST; inode < FIRST + FILES; inode++) {
        batch.putInode(inode, TestLayers.file(inode));
        batch.putEntry(inode, new DirectoryEntry.Child(NAME, inode + 10, 8));
        ExtentReference extent = layer.append(new byte[] {(byte) inode, 2, 3}, 0, 3);
        batch.replace(inode, new FileRun.Data(inode, extent));
        batch.putOrphan(inode);
      }
      batch.commit();
    }
  }

  @Test
  void everyFlippedByteIsRefused() throws IOException {
    List<String> expected = answers(open(meta, TestLayers.key(LAYER)));
    assertThat(expected).doesNotContain("damaged");
    for (Stored stored : records(meta)) {
      for (int i = 0; i < stored.value().length; i++) {
        byte[] flipped = stored.value().clone();
        flipped[i] ^= 1;
        assertNothingNew(expected, stored, flipped);
      }
      assertNothingNew(expected, stored, Arrays.copyOf(stored.value(), 3));
      assertNothingNew(expected, stored, new byte[0]);
    }
    assertThat(findings).extracting(Finding::kind).containsOnly(Finding.Kind.DAMAGED);
  }

  private void assertNothingNew(List<String> expected, Stored stored, byte[] value)
      throws IOException {
    MemoryMetaStore copy = meta.afterProcessDeath();
    put(copy, stored.table(), stored.key(), value);
    List<String> found = answersOrRefusal(copy, TestLayers.key(LAYER));
    String what = stored.table() + " " + Arrays.toString(stored.key());
    assertThat(found).as(what).contains("damaged");
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i)).as(what).isIn(expected.get(i), "damaged");
    }
  }

  /** What cannot be read must not look like what is not there. */
  @Test
  void damagedEntryIsNotFilteredAway() throws IOException {
    assertThat(open(meta, TestLayers.key(LAYER)).entryFilter(FILES)).isPresent();
    Stored entry =
        records(meta).stream().filter(stored -> stored.table() == Table.ENTRY).findAny().get();
    byte[] flipped = entry.value().clone();
    flipped[flipped.length - 1] ^= 1;
    put(meta, Table.ENTRY, entry.key(), flipped);
    assertThat(open(meta, TestLayers.key(LAYER)).entryFilter(FILES)).isEmpty();
  }

  @Test
  void everyRecordInAnothersPlaceIsRefused() throws IOException {
    List<String> expected = answers(open(meta, TestLayers.key(LAYER)));
    List<Stored> records = records(meta);
    for (Stored from : records) {
      for (Stored to : records) {
        if (from != to && from.table() != Table.LAYER) {
          assertNothingNew(expected, to, from.value());
        }
      }
    }
  }

  @Test
  void otherLayerRefusesTheRecords() throws IOException {
    byte[] sameBytes = new byte[LayerKey.LENGTH];
    Arrays.fill(sameBytes, (byte) (LAYER + 1));
    LayerKey foreign = LayerKey.of(Secret.take(SecretMemory.plain(), sameBytes), new UUID(0, 9));
    assertThat(answersOrRefusal(meta, foreign)).isSubsetOf("damaged", "absent", "no orphans");
    assertThat(answersOrRefusal(meta, TestLayers.key(LAYER + 1)))
        .isSubsetOf("damaged", "absent", "no orphans");
  }

  @Test
  void recordsMoveToAnotherNumberOfTheStore() throws IOException {
    List<String> expected = answers(open(meta, TestLayers.key(LAYER)));
    MemoryMetaStore other = new MemoryMetaStore();
    for (Stored stored : records(meta)) {
      byte[] key = stored.key().clone();
      ByteBuffer.wrap(key).putLong(77);
      put(other, stored.table(), key, stored.value());
    }
    MemoryExtentStore extents = new MemoryExtentStore(other, 77);
    LayerPlace place = new LayerPlace(other, 77, new RecordCache(1 << 20), findings::add);
    EncryptedLayer moved =
        EncryptedLayer.open(place, TestLayers.key(LAYER), extents, Entropy.system(), 100);
    assertThat(answers(moved)).isEqualTo(expected);
  }

  @Test
  void newerVersionsAreNotGuessedAt() throws IOException {
    for (Stored stored : records(meta)) {
      MemoryMetaStore copy = meta.afterProcessDeath();
      byte[] newer = stored.value().clone();
      newer[0] = 99;
      put(copy, stored.table(), stored.key(), newer);
      findings.clear();
      assertThatThrownBy(() -> readAll(open(copy, TestLayers.key(LAYER))))
          .isInstanceOf(FormatTooNewException.class);
      // The audit hears of it as of any other changed byte.
      assertThat(findings).isNotEmpty();
    }
  }

  @Test
  void closedKeyIsAbsentAndNotDamage() throws IOException {
    LayerKey key = TestLayers.key(LAYER);
    EncryptedLayer layer = open(meta, key);
    layer.close();
    assertThatThrownBy(() -> layer.inode(FIRST)).isInstanceOf(KeyAbsentException.class);
    assertThatThrownBy(() -> layer.entry(FIRST, NAME)).isInstanceOf(KeyAbsentException.class);
    LayerBatch batch = layer.batch();
    batch.putInode(FIRST, TestLayers.file(1));
    assertThatThrownBy(batch::commit).isInstanceOf(KeyAbsentException.class);
    assertThat(findings).isEmpty();
  }

  @Test
  void clonesWithARepeatingGeneratorShareNoNonce() throws IOException {
    Entropy frozen = target -> Arrays.fill(target, (byte) 7);
    List<List<Stored>> clones = new ArrayList<>();
    for (int clone = 0; clone < 2; clone++) {
      MemoryMetaStore copy = meta.afterProcessDeath();
      LayerPlace place = new LayerPlace(copy, LAYER, new RecordCache(1 << 20), findings::add);
      EncryptedLayer layer =
          EncryptedLayer.open(
              place, TestLayers.key(LAYER), new MemoryExtentStore(copy, LAYER), frozen, 100);
      try (LayerBatch batch = layer.batch()) {
        batch.putInode(FIRST, TestLayers.file(1000 + clone));
        batch.commit();
      }
      clones.add(records(copy));
    }
    List<ByteBuffer> salts = new ArrayList<>();
    for (List<Stored> clone : clones) {
      clone.stream()
          .filter(stored -> isSession(stored))
          .map(stored -> ByteBuffer.wrap(stored.value()))
          .reduce((first, last) -> last)
          .ifPresent(salts::add);
    }
    assertThat(salts).hasSize(2);
    assertThat(salts.get(0)).isNotEqualTo(salts.get(1));
  }

  private static boolean isSession(Stored stored) {
    return stored.table() == Table.LAYER
        && stored.key()[RecordKeys.LAYER_SIZE] == RecordType.SESSION.code();
  }

  private EncryptedLayer open(MetaStore store, LayerKey key) throws IOException {
    LayerPlace place = new LayerPlace(store, LAYER, new RecordCache(1 << 20), findings::add);
    return EncryptedLayer.open(
        place, key, new MemoryExtentStore(store, LAYER), Entropy.system(), 100);
  }

  private List<String> answersOrRefusal(MetaStore store, LayerKey key) throws IOException {
    try {
      return answers(open(store, key));
    } catch (DamagedException | FormatTooNewException refused) {
      return List.of("damaged");
    }
  }

  /** One answer for each question there is about the records. */
  private static List<String> answers(EncryptedLayer layer) throws IOException {
    List<String> answers = new ArrayList<>();
    for (long inode = FIRST; inode < FIRST + FILES; inode++) {
      long asked = inode;
      answers.add(answer(() -> layer.inode(asked).map(r -> "size " + r.size())));
      answers.add(answer(() -> layer.entry(asked, NAME).map(DirectoryEntry::toString)));
      answers.add(answer(() -> layer.run(asked, 0).map(FileRun::toString)));
      answers.add(answer(() -> Optional.of("listing " + list(layer, asked))));
    }
    answers.add(answer(() -> orphans(layer)));
    return answers;
  }

  private static void readAll(EncryptedLayer layer) throws IOException {
    for (long inode = FIRST; inode < FIRST + FILES; inode++) {
      assertThat(layer.inode(inode)).isPresent();
      assertThat(layer.entry(inode, NAME)).isPresent();
      assertThat(layer.run(inode, 0)).isPresent();
    }
    orphans(layer);
  }

  private static List<DirectoryEntry> list(EncryptedLayer layer, long parent) throws IOException {
    List<DirectoryEntry> entries = new ArrayList<>();
    layer.entries(parent, entries::add);
    return entries;
  }

  private static Optional<String> orphans(EncryptedLayer layer) throws IOException {
    List<Long> orphans = new ArrayList<>();
    layer.orphans(orphans::add);
    return Optional.of(orphans.isEmpty() ? "no orphans" : "orphans " + orphans);
  }

  private interface Question {
    Optional<String> ask() throws IOException;
  }

  private static String answer(Question question) throws IOException {
    try {
      return question.ask().orElse("absent");
    } catch (DamagedException | FormatTooNewException e) {
      return "damaged";
    }
  }

  private static List<Stored> records(MetaStore store) throws IOException {
    List<Stored> records = new ArrayList<>();
    List<Table> tables =
        List.of(Table.INODE, Table.ENTRY, Table.REFERENCE, Table.ORPHAN, Table.LAYER);
    for (Table table : tables) {
      try (MetaCursor cursor =
          store.scan(table, RecordKeys.layer(LAYER), RecordKeys.layer(LAYER + 1))) {
        while (cursor.next()) {
          records.add(new Stored(table, cursor.key(), cursor.value()));
        }
      }
    }
    assertThat(records).hasSizeGreaterThanOrEqualTo(4 * FILES + 2);
    return records;
  }

  private static void put(MetaStore store, Table table, byte[] key, byte[] value)
      throws IOException {
    try (MetaBatch batch = store.batch()) {
      batch.put(table, key, value);
      store.commit(batch);
    }
  }
}
