package ctrenc.overlay.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.meta.Table;
import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** References tell their extent without a key since version 2; those of version 1 are read on. */
class ReferenceVersionTest {

  private static final long INODE = 5;
  private static final byte[] KEY = RecordKeys.reference(1, INODE, 100);
  private static final FileRun.Data RUN = new FileRun.Data(0, new ExtentReference(7, 0, 100, 1, 2));

  private final PlainForm form = new PlainForm();
  private final RecordReader reader = new RecordReader(new UUID(0, 1), form, finding -> {});

  private byte[] written(int version, byte[] publicPart) throws IOException {
    byte[] secret = ReferenceCodec.encode(RUN);
    return form.write(RecordType.REFERENCE, KEY, version, publicPart, secret);
  }

  @Test
  void bothVersionsAreRead() throws IOException {
    byte[] first = written(1, new byte[0]);
    byte[] second = written(ReferenceCodec.VERSION, ReferenceCodec.encodePublic(RUN));
    assertThat(reader.run(KEY, first, INODE)).isEqualTo(RUN);
    assertThat(reader.run(KEY, second, INODE)).isEqualTo(RUN);
    assertThat(RecordShape.extentOf(first)).isEmpty();
    assertThat(RecordShape.extentOf(second)).hasValue(7);
    byte[] hole = ReferenceCodec.encodePublic(new FileRun.Hole(0, 100));
    assertThat(RecordShape.extentOf(written(ReferenceCodec.VERSION, hole))).hasValue(0);
  }

  @Test
  void noVersionIsWithoutASeal() throws IOException {
    byte[] second = written(ReferenceCodec.VERSION, ReferenceCodec.encodePublic(RUN));
    assertThat(RecordShape.fault(Table.REFERENCE, KEY, second)).isPresent();
    assertThat(RecordShape.fault(Table.REFERENCE, KEY, new byte[0])).isPresent();
  }
}
