package ctrenc.overlay.extent;

import static ctrenc.overlay.extent.ExtentFixture.read;
import static ctrenc.overlay.extent.ExtentFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.segment.SegmentPlace;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.MemoryStorage;
import ctrenc.overlay.storage.StoreException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Whatever is done to what lies on the disk, a reader gets the bytes that were written or an error.
 */
final class ExtentTamperTest {

  private final ExtentFixture fixture = new ExtentFixture();
  private final MemoryStorage storage = new MemoryStorage();
  private final MemoryMetaStore meta = new MemoryMetaStore();
  private final byte[] first = bytes(1, 20_000);
  private final byte[] second = bytes(2, 20_000);

  @Test
  void detectsEveryFlippedByteOfASegmentFileOrIsNotHarmed() throws IOException {
    ExtentReference a;
    ExtentReference b;
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      a = write(store, meta, bytes(1, 700));
      b = write(store, meta, second);
    }
    String name = storage.names().getFirst();
    byte[] whole = storage.bytes(name);
    int detected = 0;
    for (int at = 0; at < whole.length; at += at < 1200 ? 1 : 97) {
      byte[] flipped = whole.clone();
      flipped[at] ^= 0x10;
      storage.setBytes(name, flipped);
      fixture.findings().clear();
      try (SegmentExtentStore store = fixture.open(storage, meta)) {
        detected += readsOrRefuses(store, a, bytes(1, 700)) + readsOrRefuses(store, b, second);
      }
    }
    // Every byte counts but those of the file's own header, which only names it.
    int tried = 1200 - SegmentFiles.FIRST_OFFSET + (whole.length - 1200 + 96) / 97;
    assertThat(detected).isEqualTo(tried);
  }

  private int readsOrRefuses(SegmentExtentStore store, ExtentReference reference, byte[] plain)
      throws IOException {
    try {
      assertThat(read(store, reference)).isEqualTo(plain);
      return 0;
    } catch (DamagedException e) {
      assertThat(fixture.findings()).hasSize(1);
      assertThat(fixture.findings().getFirst().facts())
          .containsEntry("layer", ExtentFixture.LAYER.toString())
          .containsEntry("extent", Long.toString(reference.extent()));
      return 1;
    }
  }

  @Test
  void leavesNothingInTheTargetOfAFailedRead() throws IOException {
    try (SegmentExtentStore store = fixture.open(storage, meta);
        Arena arena = Arena.ofConfined()) {
      ExtentReference reference = write(store, meta, bytes(3, 100_000));
      String name = storage.names().getFirst();
      byte[] flipped = storage.bytes(name);
      // In the last chunk, so that those before it open.
      flipped[flipped.length - 100] ^= 1;
      try (var file = storage.open(name)) {
        file.write(arena.allocateFrom(ValueLayout.JAVA_BYTE, flipped), 0);
      }
      MemorySegment target = arena.allocate(100_000);
      assertThatThrownBy(() -> store.read(reference, 0, target))
          .isInstanceOf(DamagedException.class);
      assertThat(target.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
      assertThat(read(store, reference, 0, 16_384)).isEqualTo(bytes(3, 16_384, 100_000));
    }
  }

  private static byte[] bytes(long seed, int length) {
    return ExtentFixture.bytes(seed, length);
  }

  private static byte[] bytes(long seed, int part, int length) {
    return Arrays.copyOf(ExtentFixture.bytes(seed, length), part);
  }

  @Test
  void refusesExtentsThatSwappedTheirPlaces() throws IOException {
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      ExtentReference a = write(store, meta, first);
      ExtentReference b = write(store, meta, second);
      PlaceRecord placeOfA = place(a);
      putPlace(a, place(b));
      putPlace(b, placeOfA);
    }
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      assertThatThrownBy(() -> read(store, new ExtentReference(1, 0, 10, 0, 0)))
          .isInstanceOf(DamagedException.class);
    }
    assertThat(fixture.findings()).extracting(Finding::kind).containsExactly(Finding.Kind.FOREIGN);
  }

  @Test
  void refusesSwappedCiphertextUnderAForgedHeader() throws IOException {
    ExtentReference a;
    ExtentReference b;
    PlaceRecord placeA;
    PlaceRecord placeB;
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      a = write(store, meta, first);
      b = write(store, meta, second);
      placeA = place(a);
      placeB = place(b);
    }
    String name = storage.names().getFirst();
    byte[] file = storage.bytes(name);
    EnvelopeHeader ofA = header(file, placeA.place());
    EnvelopeHeader ofB = header(file, placeB.place());
    // B's ciphertext, nonce and commitment under A's id: what someone without the key can do best.
    byte[] forged =
        new EnvelopeHeader(
                ofA.suite(),
                ofA.layer(),
                ofA.extent(),
                ofB.nonce(),
                ofB.commitment(),
                ofB.length(),
                ofB.sealedLength(),
                ofB.checksum())
            .encode();
    int from = (int) placeA.place().offset();
    System.arraycopy(forged, 0, file, from, forged.length);
    System.arraycopy(
        file,
        (int) placeB.place().offset() + EnvelopeHeader.LENGTH,
        file,
        from + EnvelopeHeader.LENGTH,
        ofB.sealedLength());
    storage.setBytes(name, file);
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      assertThatThrownBy(() -> read(store, a)).isInstanceOf(DamagedException.class);
      ExtentReference asB = new ExtentReference(a.extent(), 0, 100, b.sealHigh(), b.sealLow());
      assertThatThrownBy(() -> read(store, asB)).isInstanceOf(DamagedException.class);
      assertThat(read(store, b)).isEqualTo(second);
    }
    assertThat(fixture.findings()).extracting(Finding::kind).containsOnly(Finding.Kind.FOREIGN);
  }

  @Test
  void refusesAnExtentOfAnotherLayer() throws IOException {
    UUID other = new UUID(3, 4);
    ExtentReference foreign;
    try (SegmentExtentStore store =
        fixture.open(storage, meta, other, 8, ExtentFixture.otherKey(other))) {
      foreign = write(store, meta, first);
    }
    byte[] theirs = storage.bytes(storage.names().getFirst());
    ExtentReference own;
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      own = write(store, meta, second);
    }
    String name =
        storage.names().stream()
            .filter(file -> file.contains(ExtentFixture.LAYER.toString()))
            .findFirst()
            .orElseThrow();
    storage.setBytes(name, theirs);
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      assertThatThrownBy(() -> read(store, own)).isInstanceOf(DamagedException.class);
      ExtentReference asTheirs =
          new ExtentReference(own.extent(), 0, 10, foreign.sealHigh(), foreign.sealLow());
      assertThatThrownBy(() -> read(store, asTheirs)).isInstanceOf(DamagedException.class);
    }
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    ExtentReference reference;
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      reference = write(store, meta, first);
    }
    String name = storage.names().getFirst();
    byte[] whole = storage.bytes(name);
    for (int length = whole.length - 1; length >= 0; length -= 1 + length / 40) {
      storage.setBytes(name, Arrays.copyOf(whole, length));
      try (SegmentExtentStore store = fixture.open(storage, meta)) {
        assertThatThrownBy(() -> read(store, reference)).isInstanceOf(DamagedException.class);
      }
    }
    storage.delete(name);
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      assertThatThrownBy(() -> read(store, reference)).isInstanceOf(DamagedException.class);
    }
  }

  @Test
  void refusesEveryFlippedBitOfAPlaceRecord() throws IOException {
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      ExtentReference reference = write(store, meta, first);
      write(store, meta, second);
      byte[] record = place(reference).encode();
      // The checksum in the record serves those who read without a key.
      for (int bit = 0; bit < (record.length - 4) * 8; bit++) {
        byte[] flipped = record.clone();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        put(Table.PLACE, reference, flipped);
        store.forgetKeys();
        assertThatThrownBy(() -> read(store, reference)).isInstanceOf(StoreException.class);
      }
    }
  }

  @Test
  void refusesAStateOfANewerReleaseAndADamagedOne() throws IOException {
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      write(store, meta, first);
    }
    byte[] key = ExtentKeys.state(ExtentFixture.NUMBER);
    byte[] state = meta.get(Table.LAYER, key).orElseThrow();
    byte[] newer = state.clone();
    newer[0] = 2;
    put(key, newer);
    assertThatThrownBy(() -> fixture.open(storage, meta)).isInstanceOf(FormatTooNewException.class);
    put(key, Arrays.copyOf(state, state.length - 1));
    assertThatThrownBy(() -> fixture.open(storage, meta)).isInstanceOf(DamagedException.class);
  }

  private PlaceRecord place(ExtentReference reference) throws IOException {
    byte[] key = ExtentKeys.extent(ExtentFixture.NUMBER, reference.extent());
    return PlaceRecord.decode(meta.get(Table.PLACE, key).orElseThrow(), "the test");
  }

  private void putPlace(ExtentReference reference, PlaceRecord record) throws IOException {
    put(Table.PLACE, reference, record.encode());
  }

  private void put(Table table, ExtentReference reference, byte[] value) throws IOException {
    try (MetaBatch batch = meta.batch()) {
      batch.put(table, ExtentKeys.extent(ExtentFixture.NUMBER, reference.extent()), value);
      meta.commit(batch);
    }
  }

  private void put(byte[] key, byte[] value) throws IOException {
    try (MetaBatch batch = meta.batch()) {
      batch.put(Table.LAYER, key, value);
      meta.commit(batch);
    }
  }

  private static EnvelopeHeader header(byte[] file, SegmentPlace place) throws IOException {
    int from = (int) place.offset();
    return EnvelopeHeader.decode(
        Arrays.copyOfRange(file, from, from + EnvelopeHeader.LENGTH), "the test");
  }
}
