package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What files share by copy_file_range they share in the flattened layer too. */
@Timeout(120)
class FlattenSharingTest extends FlattenCase {

  private static final int LENGTH = 8 << 20;
  private static final int FILES = 6;
  private static final int SIZE = 3 << 20;

  private long stored(UUID root) throws IOException {
    return store.subvolumes().usage(root).storedBytes();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void copiesTakeTheirSpaceOnce(boolean withBase) throws Exception {
    UUID root = store.create(new Base.Empty());
    FileSystemUser user = store.user(root);
    user.put("/f", pattern(1, LENGTH));
    for (int i = 0; i < 10; i++) {
      user.put("/copy" + i, "");
      user.copy("/f", 0, "/copy" + i, 0, LENGTH);
    }
    store.subvolumes().rotate(root);
    long before = stored(root);
    assertThat(before).isLessThan(2 * LENGTH);
    store.flatten(root, withBase);
    assertThat(stored(root)).isLessThanOrEqualTo(before);
    for (int i = 0; i < 10; i++) {
      same(user.read("/copy" + i), pattern(1, LENGTH));
    }
    user.unlink("/f");
    user.overwrite("/copy0", 5, new byte[7]);
    same(user.read("/copy9"), pattern(1, LENGTH));
  }

  /** Ranges of any bounds, onto each other, over several layers: every byte stays as it was. */
  @Test
  void rangesThatOverlapInAnyWayKeepTheirBytes() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("FlattenSharingTest seed " + seed);
    Random random = new Random(seed);
    UUID root = store.create(new Base.Empty());
    FileSystemUser user = store.user(root);
    List<byte[]> model = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      model.add(pattern(i, SIZE));
      user.put("/f" + i, pattern(i, SIZE));
    }
    for (int layer = 0; layer < 3; layer++) {
      for (int step = 0; step < 20; step++) {
        copySomething(user, model, random);
      }
      store.subvolumes().rotate(root);
    }
    store.flatten(root, random.nextBoolean());
    store.restart();
    store.unlock(root);
    for (int i = 0; i < FILES; i++) {
      same(store.user(root).read("/f" + i), model.get(i), "file " + i + ", seed " + seed);
    }
  }

  private static void copySomething(FileSystemUser user, List<byte[]> model, Random random)
      throws Exception {
    int from = random.nextInt(FILES);
    int to = (from + 1 + random.nextInt(FILES - 1)) % FILES;
    int length = 1 + random.nextInt(random.nextBoolean() ? SIZE / 2 : 5000);
    int at = random.nextInt(SIZE - length);
    int toAt = random.nextInt(SIZE - length);
    user.copy("/f" + from, at, "/f" + to, toAt, length);
    System.arraycopy(model.get(from), at, model.get(to), toAt, length);
  }
}
