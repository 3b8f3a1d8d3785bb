package ctrenc.e2e.bench;

import java.util.Locale;

/**
 * The same step where there is little and where there is much, taken in turn: whatever the machine
 * does meanwhile, and on which processors the scheduler puts caller and daemon, meets both alike.
 */
record Compared(Durations small, Durations large) {

  /** Takes a step, told how many came before it, and tells the nanoseconds of its measured part. */
  @FunctionalInterface
  interface Measured {
    long take(int number) throws Exception;
  }

  static Compared of(int times, Durations.Step small, Durations.Step large) throws Exception {
    return measured(times, whole(small), whole(large));
  }

  static Compared measured(int times, Measured small, Measured large) throws Exception {
    long[] ofSmall = new long[times];
    long[] ofLarge = new long[times];
    for (int i = 0; i < times; i++) {
      ofSmall[i] = small.take(i);
      ofLarge[i] = large.take(i);
    }
    return new Compared(Durations.sorted(ofSmall), Durations.sorted(ofLarge));
  }

  private static Measured whole(Durations.Step step) {
    return i -> {
      long began = System.nanoTime();
      step.take(i);
      return System.nanoTime() - began;
    };
  }

  /** Two medians in microseconds and their ratio, as cells of a table. */
  String cells() {
    double ofSmall = small.medianMicros();
    double ofLarge = large.medianMicros();
    return String.format(Locale.ROOT, "%.1f | %.1f | %.2f", ofSmall, ofLarge, ofLarge / ofSmall);
  }
}
