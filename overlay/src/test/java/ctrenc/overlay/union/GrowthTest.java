package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.FileSystemUser;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Roots that have grown large do for one operation at most twice what small ones do. Counted, not
 * timed: calls of the records' store, over stores in memory and caches that hold little of it.
 */
final class GrowthTest {

  private static final int FEW = 100;
  private static final int MANY = 20_000;
  private static final int PROBES = 50;
  private static final long SPARSE = 100L << 30;
  private static final int PAGE = 4096;

  /** What an operation costs a small root and a large one, in calls for each probe. */
  private static void alike(String what, double small, double large) {
    assertThat(large).as("%s: calls of the store", what).isLessThanOrEqualTo(2 * small + 0.1);
  }

  private static TestStack quiet() throws Exception {
    TestStack stack = new TestStack();
    return stack.with(stack.options().sealing(8 << 20, 64 << 20, Duration.ofHours(1)));
  }

  /** One directory of so many files; what a stat, a new file, a removal and a listing cost. */
  private static double[] directoryOf(int files) throws Exception {
    TestStack stack = quiet();
    try (OverlayFileSystem filling = stack.open()) {
      FileSystemUser user = new FileSystemUser(filling);
      user.mkdir("/d");
      for (int i = 0; i < files; i++) {
        user.mknod("/d/f" + i, 0100644, 0);
      }
    }
    stack.forgetCaches();
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      user.stat("/d/f0");
      int step = files / PROBES;
      double stat = calls(stack, i -> user.stat("/d/f" + (i * step + 1)));
      double make = calls(stack, i -> user.put("/d/new" + i, "x"));
      double remove = calls(stack, i -> user.unlink("/d/f" + i * step));
      long before = stack.metaCalls();
      assertThat(user.list("/d")).hasSize(files);
      double list = (double) (stack.metaCalls() - before) / files;
      return new double[] {stat, make, remove, list};
    }
  }

  private static double calls(TestStack stack, Probe probe) throws Exception {
    long before = stack.metaCalls();
    for (int i = 0; i < PROBES; i++) {
      probe.of(i);
    }
    return (double) (stack.metaCalls() - before) / PROBES;
  }

  @FunctionalInterface
  private interface Probe {
    void of(int number) throws Exception;
  }

  @Test
  void largeDirectories() throws Exception {
    double[] small = directoryOf(FEW);
    double[] large = directoryOf(MANY);
    alike("stat", small[0], large[0]);
    alike("make", small[1], large[1]);
    alike("remove", small[2], large[2]);
    alike("list an entry", small[3], large[3]);
  }

  /** A file of this size with a page here and there; what a page to write and to read costs. */
  private static double[] sparseFileOf(long size) throws Exception {
    TestStack stack = quiet();
    try (OverlayFileSystem fileSystem = stack.open()) {
      FileSystemUser user = new FileSystemUser(fileSystem);
      user.put("/f", "");
      user.truncate("/f", size);
      long step = size / PROBES;
      double write = calls(stack, i -> user.overwrite("/f", i * step, pattern(i, PAGE)));
      double read =
          calls(
              stack, i -> assertThat(user.read("/f", i * step, PAGE)).isEqualTo(pattern(i, PAGE)));
      double hole = calls(stack, i -> user.read("/f", i * step + step / 2, PAGE));
      assertThat(user.stat("/f").size()).isEqualTo(size);
      return new double[] {write, read, hole};
    }
  }

  @Test
  void largeSparseFiles() throws Exception {
    double[] small = sparseFileOf(PROBES * 4L * PAGE);
    double[] large = sparseFileOf(SPARSE);
    alike("write a page", small[0], large[0]);
    alike("read a page", small[1], large[1]);
    alike("read a hole", small[2], large[2]);
  }
}
