package ctrenc.daemon.nested;

import java.time.Instant;
import java.util.Optional;

/**
 * The process that asked for a run, as the host knows it. Its start tells it from a later one with
 * the same number.
 */
record RunCaller(long process, long startedMillis, int uid) {

  static RunCaller of(long process, int uid) {
    return new RunCaller(process, started(process), uid);
  }

  private static long started(long process) {
    return ProcessHandle.of(process)
        .flatMap(handle -> handle.info().startInstant())
        .map(Instant::toEpochMilli)
        .orElse(0L);
  }

  /** Carries something out, on a thread of its own, when the process has ended. */
  void whenEnded(String thread, Runnable action) {
    Optional<ProcessHandle> alive =
        ProcessHandle.of(process).filter(_ -> started(process) == startedMillis);
    Thread.ofPlatform()
        .daemon(true)
        .name(thread)
        .start(
            () -> {
              alive.ifPresent(handle -> handle.onExit().join());
              action.run();
            });
  }
}
