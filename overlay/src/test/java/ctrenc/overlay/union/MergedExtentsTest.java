package ctrenc.overlay.union;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.layer.AbsentUpper;
import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.Layer;
import org.junit.jupiter.api.Test;

class MergedExtentsTest {

  private final Layer layer = new AbsentUpper();
  private final MergedExtents extents = new MergedExtents(3);

  private static ExtentReference old(long extent, int from, int length) {
    return new ExtentReference(extent, from, length, extent, 0);
  }

  private static ExtentReference fresh(int from, int length) {
    return new ExtentReference(100, from, length, 7, 7);
  }

  @Test
  void partsAreFoundWhereTheyWerePut() {
    extents.read(layer, old(1, 50, 100), 1000);
    extents.read(layer, old(2, 0, 30), 1100);
    extents.stored(new FileRun.Data(1000, fresh(0, 60)));
    extents.stored(new FileRun.Data(1060, fresh(500, 70)));

    assertThat(extents.merged(layer, old(1, 70, 20))).contains(fresh(20, 20));
    assertThat(extents.merged(layer, old(1, 100, 50))).contains(fresh(50, 10));
    assertThat(extents.merged(layer, old(1, 110, 90))).contains(fresh(500, 40));
    assertThat(extents.merged(layer, old(2, 0, 30))).contains(fresh(540, 30));
    assertThat(extents.merged(layer, old(1, 0, 90))).isEmpty();
    assertThat(extents.lacking(layer, old(1, 0, 90))).isEqualTo(50);
    assertThat(extents.merged(layer, old(1, 150, 10))).isEmpty();
    assertThat(extents.lacking(layer, old(1, 150, 10))).isEqualTo(10);
  }

  @Test
  void anotherLayerAndAnotherSealAreAnotherExtent() {
    extents.read(layer, old(1, 0, 10), 0);
    extents.stored(new FileRun.Data(0, fresh(0, 10)));
    assertThat(extents.merged(new AbsentUpper(), old(1, 0, 10))).isEmpty();
    assertThat(extents.merged(layer, new ExtentReference(1, 0, 10, 9, 9))).isEmpty();
  }

  @Test
  void whatWasMetLastIsKept() {
    for (int i = 1; i <= 4; i++) {
      extents.merged(layer, old(1, 0, 10));
      extents.read(layer, old(i, 0, 10), 10L * i);
      extents.stored(new FileRun.Data(10L * i, fresh(10 * i, 10)));
    }
    assertThat(extents.merged(layer, old(1, 0, 10))).isPresent();
    assertThat(extents.merged(layer, old(2, 0, 10))).isEmpty();
    assertThat(extents.merged(layer, old(4, 0, 10))).isPresent();
  }
}
