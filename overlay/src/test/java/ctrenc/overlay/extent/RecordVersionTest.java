package ctrenc.overlay.extent;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.segment.SegmentPlace;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A newer release may count its versions up to 255; zero is no version of any release. */
class RecordVersionTest {

  @Property(tries = 256)
  void everyHigherVersionOfAPlaceIsTooNew(@ForAll @IntRange(max = 255) int version)
      throws Exception {
    byte[] bytes = new PlaceRecord(new SegmentPlace(1, 64, 100), 50, 7).encode();
    bytes[0] = (byte) version;
    if (version == PlaceRecord.VERSION) {
      PlaceRecord.decode(bytes, "extent 1");
    } else if (version == 0) {
      assertThatThrownBy(() -> PlaceRecord.decode(bytes, "extent 1"))
          .isInstanceOf(DamagedException.class);
    } else {
      assertThatThrownBy(() -> PlaceRecord.decode(bytes, "extent 1"))
          .isInstanceOf(FormatTooNewException.class)
          .hasMessageContaining("version " + version + ",");
    }
  }

  @Property(tries = 256)
  void everyHigherVersionOfTheStateIsTooNew(@ForAll @IntRange(max = 255) int version)
      throws Exception {
    byte[] bytes = ExtentState.initial(new UUID(1, 2), 64).encode();
    boolean isKnown = bytes[0] == (byte) version;
    bytes[0] = (byte) version;
    if (isKnown) {
      ExtentState.decode(bytes, 1);
    } else {
      assertThatThrownBy(() -> ExtentState.decode(bytes, 1))
          .isInstanceOf(version == 0 ? DamagedException.class : FormatTooNewException.class);
    }
  }
}
