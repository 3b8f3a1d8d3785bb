package ctrenc.overlay.extent;

import static ctrenc.overlay.extent.ExtentFixture.bytes;
import static ctrenc.overlay.extent.ExtentFixture.read;
import static ctrenc.overlay.extent.ExtentFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.extent.Suite;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Extents of the suite that the first release sealed under, alone and beside those of today. */
final class FormerSuiteTest extends MemoryExtentStoreContract {

  FormerSuiteTest() {
    super(Suite.CHUNKS_OF_16_KIB);
  }

  @Test
  void openBesideThoseOfToday() throws IOException {
    ExtentReference former;
    try (SegmentExtentStore store = fixture.open(storage, meta, Suite.CHUNKS_OF_16_KIB)) {
      former = write(store, meta, bytes(1, 100_000));
    }
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      ExtentReference current = write(store, meta, bytes(2, 100_000));
      assertThat(read(store, former)).isEqualTo(bytes(1, 100_000));
      assertThat(read(store, current)).isEqualTo(bytes(2, 100_000));
      assertThat(read(store, former, 16_000, 1_000))
          .isEqualTo(Arrays.copyOfRange(bytes(1, 100_000), 16_000, 17_000));
    }
  }

  @Test
  void areNotOpenedAsThoseOfToday() throws IOException {
    ExtentReference former;
    try (SegmentExtentStore store = fixture.open(storage, meta, Suite.CHUNKS_OF_16_KIB)) {
      // As long under both suites, so that only the key can tell them apart.
      former = write(store, meta, bytes(1, 4096));
    }
    claim(Suite.CHUNKS_OF_4_KIB.code());
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      assertThatThrownBy(() -> read(store, former)).isInstanceOf(DamagedException.class);
    }
    assertThat(fixture.findings()).hasSize(1);
  }

  @Test
  void areToldFromThoseOfANewerRelease() throws IOException {
    ExtentReference reference;
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      reference = write(store, meta, bytes(1, 4096));
    }
    claim((byte) 99);
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      assertThatThrownBy(() -> read(store, reference))
          .isInstanceOf(FormatTooNewException.class)
          .hasMessageContaining(ExtentFixture.LAYER.toString());
    }
  }

  /** Writes another suite, and a checksum that fits, into the header of the only extent. */
  private void claim(byte suite) throws IOException {
    String name = storage.names().getFirst();
    byte[] file = storage.bytes(name);
    int at = SegmentFiles.FIRST_OFFSET;
    EnvelopeHeader header =
        EnvelopeHeader.decode(
            Arrays.copyOfRange(file, at, at + EnvelopeHeader.LENGTH), "of the test");
    byte[] claimed =
        new EnvelopeHeader(
                suite,
                header.layer(),
                header.extent(),
                header.nonce(),
                header.commitment(),
                header.length(),
                header.sealedLength(),
                header.checksum())
            .encode();
    System.arraycopy(claimed, 0, file, at, claimed.length);
    storage.setBytes(name, file);
  }
}
