package ctrenc.overlay.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RunListTest {

  private static final int SPACE = 40_000;

  /** Runs by their ends, as the store has them. */
  private final TreeMap<Long, FileRun> model = new TreeMap<>();

  private RunList list = RunList.EMPTY;

  @Test
  void isAMapByTheEndsOfRuns() {
    long seed = new Random().nextLong();
    System.out.println("lists of runs with seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 2000; round++) {
      change(random, round % 400 == 399 ? SPACE : 1 + random.nextInt(20));
      compare(random, "seed " + seed + " round " + round);
    }
    assertThat(list.overlapping(0, Long.MAX_VALUE)).containsExactlyElementsOf(model.values());
  }

  @Test
  void isBuiltFromWhatTheStoreHas() {
    for (long i = 0; i < 1000; i++) {
      model.put(10 * i + 7, new FileRun.Hole(10 * i, 7));
    }
    list = RunList.of(List.copyOf(model.values()));
    assertThat(list.overlapping(0, Long.MAX_VALUE)).containsExactlyElementsOf(model.values());
    compare(new Random(1), "built");
  }

  @Test
  void holdsNothingAtTheEndOfAllOffsets() {
    list = RunList.of(List.of(new FileRun.Hole(0, Long.MAX_VALUE)));
    assertThat(list.at(Long.MAX_VALUE - 1)).isPresent();
    assertThat(list.at(Long.MAX_VALUE)).isEmpty();
    assertThat(RunList.EMPTY.at(0)).isEmpty();
  }

  @Test
  void knowsAlreadyWhatComes() {
    FileRun run = new FileRun.Hole(5, 5);
    list = RunList.of(List.of(run)).changed(Set.of(), new TreeMap<>(Map.of(10L, run)));
    assertThat(list.overlapping(0, 100)).containsExactly(run);
  }

  /** Puts holes over whatever lies in a range, as a file's extent map does. */
  private void change(Random random, int width) {
    long from = random.nextInt(SPACE);
    long to = from + 1 + random.nextInt(width);
    Set<Long> removed = new HashSet<>();
    TreeMap<Long, FileRun> added = new TreeMap<>();
    for (FileRun run : overlapping(from, to)) {
      removed.add(run.end());
      add(added, run.offset(), from);
      add(added, to, run.end());
    }
    if (random.nextInt(4) != 0) {
      add(added, from, to);
    }
    removed.forEach(model::remove);
    model.putAll(added);
    list = list.changed(removed, added);
  }

  private static void add(TreeMap<Long, FileRun> runs, long from, long to) {
    if (from < to) {
      runs.put(to, new FileRun.Hole(from, to - from));
    }
  }

  private List<FileRun> overlapping(long from, long to) {
    List<FileRun> found = new ArrayList<>();
    for (FileRun run : model.tailMap(from, false).values()) {
      if (run.offset() >= to) {
        break;
      }
      found.add(run);
    }
    return found;
  }

  private void compare(Random random, String when) {
    assertThat(list.size()).as(when).isEqualTo(model.size());
    for (int i = 0; i < 5; i++) {
      long from = random.nextInt(SPACE);
      long to = from + random.nextInt(300);
      assertThat(list.overlapping(from, to)).as(when).isEqualTo(overlapping(from, to));
      assertThat(list.at(from))
          .as(when)
          .isEqualTo(Optional.ofNullable(model.higherEntry(from)).map(Map.Entry::getValue));
    }
  }
}
