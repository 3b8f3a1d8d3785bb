package ctrenc.overlay.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class StoreHeaderTest {

  private static final UUID ID = new UUID(0x0102030405060708L, 0x090a0b0c0d0e0f10L);
  private static final int VERSION_OFFSET = 16;
  private static final int FEATURES_OFFSET = 36;

  private final MemoryStorage storage = new MemoryStorage();

  @Test
  void isReadAsItWasWritten() throws IOException {
    new StoreHeader(ID, 0).write(storage);
    assertThat(StoreHeader.read(storage)).isEqualTo(new StoreHeader(ID, 0));
    assertThat(storage.bytes("store")).hasSize(StoreHeader.LENGTH);
  }

  @Test
  void isAbsentInAFreshDirectory() {
    assertThatThrownBy(() -> StoreHeader.read(storage)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void refusesEveryFlippedBitAndEveryLength() throws IOException {
    new StoreHeader(ID, 0).write(storage);
    byte[] whole = storage.bytes("store");
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      refuses(flipped);
    }
    for (int length = 0; length < whole.length; length++) {
      refuses(Arrays.copyOf(whole, length));
    }
    refuses(Arrays.copyOf(whole, whole.length + 1));
    refuses(new byte[1 << 16]);
  }

  @Test
  void tellsNewerFromOlderReleases() throws IOException {
    new StoreHeader(ID, 0).write(storage);
    byte[] whole = storage.bytes("store");
    storage.setBytes("store", with(whole, VERSION_OFFSET, 2));
    assertThatThrownBy(() -> StoreHeader.read(storage)).isInstanceOf(FormatTooNewException.class);
    storage.setBytes("store", with(whole, VERSION_OFFSET, 0));
    assertThatThrownBy(() -> StoreHeader.read(storage)).isInstanceOf(FormatTooOldException.class);
    storage.setBytes("store", with(whole, FEATURES_OFFSET, 0x8000));
    assertThatThrownBy(() -> StoreHeader.read(storage))
        .isInstanceOf(FormatTooNewException.class)
        .hasMessageContaining("0x8000");
  }

  private void refuses(byte[] bytes) {
    storage.setBytes("store", bytes);
    assertThatThrownBy(() -> StoreHeader.read(storage)).isInstanceOf(StoreException.class);
  }

  /** A header with another number in it and a checksum that fits. */
  private static byte[] with(byte[] header, int offset, int value) {
    byte[] changed = header.clone();
    ByteBuffer buffer = ByteBuffer.wrap(changed).putInt(offset, value);
    CRC32C checksum = new CRC32C();
    checksum.update(changed, 0, changed.length - 4);
    buffer.putInt(changed.length - 4, (int) checksum.getValue());
    return changed;
  }
}
