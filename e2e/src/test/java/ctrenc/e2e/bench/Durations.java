package ctrenc.e2e.bench;

import java.util.Arrays;
import java.util.Locale;

/** How long the same step took, some times. */
record Durations(long[] nanos) {

  /** A step, told how many came before it. */
  @FunctionalInterface
  interface Step {
    void take(int number) throws Exception;
  }

  static Durations of(int times, Step step) throws Exception {
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      long began = System.nanoTime();
      step.take(i);
      nanos[i] = System.nanoTime() - began;
    }
    return sorted(nanos);
  }

  /** Sorts {@code nanos} itself. */
  static Durations sorted(long[] nanos) {
    Arrays.sort(nanos);
    return new Durations(nanos);
  }

  double medianMicros() {
    return nanos[nanos.length / 2] / 1e3;
  }

  /** Median, and what one in a hundred exceeds, in milliseconds. */
  String millis() {
    return String.format(
        Locale.ROOT,
        "%.2f | %.2f",
        medianMicros() / 1e3,
        nanos[(int) (nanos.length * 99L / 100)] / 1e6);
  }
}
