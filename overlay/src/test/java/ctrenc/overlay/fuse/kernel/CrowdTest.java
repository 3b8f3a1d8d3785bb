package ctrenc.overlay.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CrowdTest {

  private static final long ROOT = 1;
  private static final long MICRO = 1_000;

  private final Crowd crowd = new Crowd();

  @Test
  void oneCallerIsNoCrowdHoweverFastItAsks() {
    for (int request = 0; request < 10_000; request++) {
      assertThat(crowd.note(ROOT, 7, request)).isFalse();
    }
  }

  @Test
  void twoWhoTakeTurnsAre() {
    assertThat(findsCrowd(20, MICRO, 7, 8)).isTrue();
  }

  @Test
  void theSameThreadOnTwoRootsTakesTurnsToo() {
    boolean found = false;
    for (int request = 0; request < 20; request++) {
      found |= crowd.note(request % 2, 7, request * MICRO);
    }
    assertThat(found).isTrue();
  }

  @Test
  void callersFarApartInTimeAreNot() {
    assertThat(findsCrowd(10_000, 2_000 * MICRO, 7, 8)).isFalse();
  }

  @Test
  void theKernelsOwnRequestsAreNobodys() {
    assertThat(findsCrowd(10_000, MICRO, 7, 0)).isFalse();
  }

  @Test
  void aCallerWhoComesByNowAndThenIsNot() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int request = 0; request < 10_000; request++) {
      int caller = request % 16 == 0 ? 8 + random.nextInt(1000) : 7;
      assertThat(crowd.note(ROOT, caller, request * MICRO)).as("seed %d", seed).isFalse();
    }
  }

  @Test
  void itBeginsAnewWhenItWasTold() {
    assertThat(findsCrowd(8, MICRO, 7, 8)).isFalse();
    assertThat(crowd.note(ROOT, 7, 8 * MICRO)).isTrue();
    assertThat(crowd.note(ROOT, 8, 9 * MICRO)).isFalse();
  }

  private boolean findsCrowd(int requests, long apart, int one, int other) {
    boolean found = false;
    for (int request = 0; request < requests; request++) {
      found |= crowd.note(ROOT, request % 2 == 0 ? one : other, request * apart);
    }
    return found;
  }
}
