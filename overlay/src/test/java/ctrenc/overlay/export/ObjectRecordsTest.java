package ctrenc.overlay.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Records of an object tell how long they are before they are encoded. */
class ObjectRecordsTest {

  @Test
  void theLengthIsThatOfWhatIsEncoded() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("records with seed " + seed);
    Random random = new Random(seed);
    for (int turn = 0; turn < 200; turn++) {
      List<ObjectRecords.OfLayer> layers = new ArrayList<>();
      for (int more = random.nextInt(4); more > 0; more--) {
        layers.add(new ObjectRecords.OfLayer(UUID.randomUUID(), stored(random)));
      }
      ObjectRecords records = new ObjectRecords(layers);
      byte[] encoded = records.encode();
      assertThat(records.length()).as("seed %d, turn %d", seed, turn).isEqualTo(encoded.length);
      assertThat(ObjectRecords.decode(encoded).layers())
          .extracting(ObjectRecords.OfLayer::layer)
          .isEqualTo(
              layers.stream()
                  .filter(one -> !one.records().isEmpty())
                  .map(ObjectRecords.OfLayer::layer)
                  .toList());
    }
  }

  private static List<ObjectRecords.Stored> stored(Random random) {
    List<ObjectRecords.Stored> stored = new ArrayList<>();
    for (int more = random.nextInt(3); more > 0; more--) {
      byte[] key = new byte[random.nextInt(30)];
      byte[] value = new byte[random.nextInt(900)];
      stored.add(new ObjectRecords.Stored(RecordTable.ENTRY, key, value));
    }
    return stored;
  }
}
