package ctrenc.overlay.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

/** Every value that the four bytes of a version can have is judged as the number it is. */
class FormatPreambleTest {

  private static final FormatPreamble FORMAT = new FormatPreamble("sample", 2, 3);
  private static final byte[] FIELDS = {1, 2, 3};

  @Property
  void aVersionIsANumberWithoutASign(@ForAll @LongRange(max = 0xffff_ffffL) long version)
      throws Exception {
    byte[] bytes = header(version);
    if (version > 3) {
      assertThatThrownBy(() -> FORMAT.read(bytes, FIELDS.length, "f"))
          .isInstanceOf(FormatTooNewException.class)
          .hasMessageContaining("version " + version + ";");
    } else if (version < 2) {
      assertThatThrownBy(() -> FORMAT.read(bytes, FIELDS.length, "f"))
          .isInstanceOf(FormatTooOldException.class);
    } else {
      assertThat(FORMAT.read(bytes, FIELDS.length, "f")).isEqualTo(FIELDS);
    }
  }

  private static byte[] header(long version) {
    byte[] bytes = FORMAT.write(FIELDS);
    ByteBuffer header = ByteBuffer.wrap(bytes);
    header.putInt(FormatPreamble.MAGIC_LENGTH + FormatPreamble.NAME_LENGTH, (int) version);
    int end = bytes.length - FormatPreamble.CHECKSUM_LENGTH;
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, end);
    header.putInt(end, (int) checksum.getValue());
    return bytes;
  }
}
