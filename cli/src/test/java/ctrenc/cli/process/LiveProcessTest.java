package ctrenc.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LiveProcessTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void oneThatEndedAndIsNotAskedForRunsNoMore() throws Exception {
    // What the shell becomes never asks for the children of the shell, which itself might.
    String script =
        """
        until read name < /proc/$$/comm && [ "$name" = sleep ]; do :; done & echo $!
        exec sleep 1000
        """;
    Process parent = new ProcessBuilder("sh", "-c", script).start();
    try (BufferedReader out = parent.inputReader()) {
      LiveProcess child = LiveProcess.of(Long.parseLong(out.readLine())).orElseThrow();
      assertThat(child.awaitEnd(LONG)).isTrue();
      assertThat(ProcessHandle.of(child.pid())).isPresent();
      assertThat(child.isRunning()).isFalse();
    } finally {
      parent.destroyForcibly().waitFor();
    }
  }

  @Test
  void oneWhoseFirstThreadAloneEndedStillRuns() throws Exception {
    String program =
        """
        import ctypes, sys, threading
        threading.Thread(target=sys.stdin.read).start()
        print("ready", flush=True)
        ctypes.CDLL(None).pthread_exit(None)
        """;
    Process process = new ProcessBuilder("python3", "-c", program).start();
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).isEqualTo("ready");
      awaitZombie(Path.of("/proc", Long.toString(process.pid()), "stat"));
      LiveProcess live = LiveProcess.of(process.pid()).orElseThrow();
      assertThat(live.isRunning()).isTrue();
      process.getOutputStream().close();
      assertThat(live.awaitEnd(LONG)).isTrue();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static void awaitZombie(Path stat) throws IOException {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (!Files.readString(stat).contains(") Z ")) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void oneThatRunsIsWaitedForAsLongAsSaid() throws Exception {
    Process process = new ProcessBuilder("sleep", "1000").start();
    LiveProcess live = LiveProcess.of(process.pid()).orElseThrow();
    assertThat(live.isRunning()).isTrue();
    assertThat(live.awaitEnd(Duration.ofMillis(20))).isFalse();
    process.destroyForcibly().waitFor();
    assertThat(live.awaitEnd(LONG)).isTrue();
    assertThat(LiveProcess.of(process.pid())).isEmpty();
  }
}
