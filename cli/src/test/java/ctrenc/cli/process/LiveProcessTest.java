package ctrenc.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LiveProcessTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void oneThatEndedAndIsNotAskedForRunsNoMore() throws Exception {
    // What the shell becomes never asks for the children of the shell.
    Process parent = new ProcessBuilder("sh", "-c", "read go & echo $!; exec sleep 1000").start();
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
