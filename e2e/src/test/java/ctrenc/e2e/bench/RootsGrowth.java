package ctrenc.e2e.bench;

import ctrenc.e2e.bench.MeasuredDaemon.Holdings;
import ctrenc.proto.v1.Base;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A thousand roots at once, and a thousand one after the other. */
final class RootsGrowth {

  private static final int ROOTS = 1000;
  private static final int WARM_UP = 200;
  private static final Base EMPTY = Base.newBuilder().setEmpty(true).build();

  private final MeasuredDaemon daemon;

  RootsGrowth(MeasuredDaemon daemon) {
    this.daemon = daemon;
  }

  List<String> measure() throws Exception {
    cycle(WARM_UP);
    Holdings before = daemon.holdings();
    Durations creates = Durations.of(ROOTS, i -> daemon.create("root" + i, EMPTY));
    Holdings idle = daemon.holdings();
    Durations removals = Durations.of(ROOTS, i -> daemon.remove("root" + i));
    Holdings gone = daemon.holdings();
    cycle(ROOTS);
    Holdings after = daemon.holdings();
    List<String> lines = new ArrayList<>();
    lines.add("| %,d roots, ms each | median | 99 of 100 |".formatted(ROOTS));
    lines.add("|---|--:|--:|");
    lines.add("| create and mount a throwaway root | " + creates.millis() + " |");
    lines.add("| destroy it, its key and its mount | " + removals.millis() + " |");
    lines.add("");
    lines.add("| the daemon | |");
    lines.add("|---|---|");
    lines.add("| before | " + before + " |");
    lines.add("| with %,d idle roots | %s |".formatted(ROOTS, idle));
    lines.add(
        String.format(
            Locale.ROOT,
            "| each idle root | %.0f KiB resident, %.2f threads |",
            (idle.residentKib() - before.residentKib()) / (double) ROOTS,
            (idle.threads() - before.threads()) / (double) ROOTS));
    lines.add("| when they are destroyed | " + gone + " |");
    lines.add("| after %,d more, one after the other | %s |".formatted(ROOTS, after));
    return lines;
  }

  private void cycle(int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      daemon.create("cycle", EMPTY);
      daemon.remove("cycle");
    }
  }
}
