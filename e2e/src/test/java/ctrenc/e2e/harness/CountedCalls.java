package ctrenc.e2e.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The system calls that a process makes while something is done, counted by strace. */
public final class CountedCalls {

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String COUNTED = "trace=write,pwrite64,pread64,fdatasync,fsync,fadvise64";

  private CountedCalls() {}

  /** The calls of all threads of {@code pid} while {@code script} runs, by their names. */
  public static Map<String, Integer> during(long pid, String script) throws IOException {
    Path summary = Files.createTempFile("ctr-enc-e2e-calls", ".txt");
    Process strace =
        Command.of("strace", "-f", "-c", "-e", COUNTED, "-o", summary.toString(), "-p", "" + pid)
            .start();
    try {
      Condition.await("strace holds every thread", DEADLINE, () -> SlowedWrites.isTraced(pid));
      Command.sh(script).within(DEADLINE).ok();
    } finally {
      Signals.send("INT", strace);
      strace.onExit().join();
    }
    Map<String, Integer> calls = counts(summary);
    Files.delete(summary);
    return calls;
  }

  /** Lines are: share of time, seconds, microseconds a call, calls, perhaps errors, name. */
  private static Map<String, Integer> counts(Path summary) throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    for (String line : Files.readAllLines(summary)) {
      String[] fields = line.strip().split("\\s+");
      if (fields.length >= 5 && fields[0].matches("[0-9.]+")) {
        counts.put(fields[fields.length - 1], Integer.valueOf(fields[3]));
      }
    }
    return counts;
  }
}
