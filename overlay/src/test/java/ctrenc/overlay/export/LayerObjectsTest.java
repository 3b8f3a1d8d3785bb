package ctrenc.overlay.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.FormatTooOldException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of extents without a key, and what was not told yet. */
class LayerObjectsTest {

  private static ObjectRecords.Stored reference(int version, long extent) {
    byte[] value = ByteBuffer.allocate(100).put((byte) version).putInt(1).putLong(extent).array();
    return new ObjectRecords.Stored(RecordTable.REFERENCE, new byte[16], value);
  }

  @Test
  void extentsOfAFileAreTold() throws Exception {
    List<ObjectRecords.Stored> references =
        List.of(reference(2, 9), reference(2, 0), reference(2, 4), reference(2, 9));
    assertThat(LayerObjects.extents(references)).containsExactly(4L, 9L);
  }

  @Test
  void olderReferencesDoNotTell() {
    List<ObjectRecords.Stored> references = List.of(reference(2, 9), reference(1, 4));
    assertThatThrownBy(() -> LayerObjects.extents(references))
        .isInstanceOf(FormatTooOldException.class)
        .hasMessageContaining("flatten");
  }
}
