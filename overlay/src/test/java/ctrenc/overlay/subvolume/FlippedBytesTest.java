package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every flipped byte of what is stored is found without keys. */
@Timeout(300)
class FlippedBytesTest extends VerifiedCase {

  @Test
  void everyFlippedByteOfASegmentFileIsFoundWithoutKeys() throws Exception {
    verified.lockedRoot();
    for (Path file : verified.segmentFiles()) {
      for (long offset = 0; offset < Files.size(file); offset++) {
        VerifiedStore.flip(file, offset);
        assertThat(verified.verify().findings()).as("%s at %d", file, offset).isNotEmpty();
        VerifiedStore.flip(file, offset);
      }
    }
    assertThat(verified.verify().findings()).isEmpty();
  }

  @Test
  void flippedBytesOfRecordsAreFoundWithoutKeys() throws Exception {
    verified.lockedRoot();
    verified.reopen();
    long seed = new Random().nextLong();
    System.out.println("flips with seed " + seed);
    Random random = new Random(seed);
    List<Path> tables = verified.tables();
    assertThat(tables).isNotEmpty();
    for (int i = 0; i < 100; i++) {
      Path table = tables.get(random.nextInt(tables.size()));
      // What follows the records in a table file, such as its footer, is read at the opening.
      long offset = random.nextInt(64);
      VerifiedStore.flip(table, offset);
      assertThat(verified.verify().findings()).as("%s at %d", table, offset).isNotEmpty();
      VerifiedStore.flip(table, offset);
    }
    assertThat(verified.verify().findings()).isEmpty();
  }

  @Test
  void flippedBytesOfAKeyFileAreFound() throws Exception {
    UUID root = verified.lockedRoot();
    Path keys = temporary.resolve("keys").resolve(root.toString());
    for (long offset = 0; offset < Files.size(keys); offset++) {
      VerifiedStore.flip(keys, offset);
      assertThat(verified.verify().findings()).as("at %d", offset).isNotEmpty();
      VerifiedStore.flip(keys, offset);
    }
  }
}
