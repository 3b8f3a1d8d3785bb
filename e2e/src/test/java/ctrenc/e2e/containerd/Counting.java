package ctrenc.e2e.containerd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;

/** A process that counts in a file of its container for as long as the file holds what it wrote. */
final class Counting {

  /** A line for each number, in /n and as output; the first thing that fails is the last. */
  static final String SCRIPT =
      "i=0; while true; do i=$((i+1)); echo $i >> /n; echo $i; [ \"$(tail -n 1 /n)\" = $i ]; sleep 0.01; done";

  private Counting() {}

  static void requireWhole(String counted) {
    List<String> lines = counted.lines().toList();
    assertThat(lines)
        .isEqualTo(IntStream.rangeClosed(1, lines.size()).mapToObj(Integer::toString).toList());
  }
}
