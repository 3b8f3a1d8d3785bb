package ctrenc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.cli.fake.FakeDaemon;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls inside a container while one daemon takes the place of another. */
@Timeout(60)
class NextDaemonTest {
  private static final Map<String, String> INSIDE = Map.of("CTR_ENC_NESTED", "1");

  @TempDir private Path run;

  @Test
  void whoFindsNobodyWaitsForTheNext() throws Exception {
    FutureTask<InProcess.Result> call =
        new FutureTask<>(() -> new InProcess(run).in(INSIDE).call("ps", "-q"));
    Thread caller = Thread.ofPlatform().start(call);
    while (caller.getState() != Thread.State.TIMED_WAITING) {
      assertThat(call.isDone()).isFalse();
      Thread.onSpinWait();
    }
    try (FakeDaemon _ = new FakeDaemon(run)) {
      assertThat(call.get().code()).as(call.get().err()).isZero();
      assertThat(call.get().out()).isNotEmpty();
    }
  }

  /** Its connection ends without a word when the next daemon is there already. */
  @Test
  void whoIsNotAnsweredAsksTheNext() throws Exception {
    Path socket = run.resolve("ctr-enc.sock");
    ServerSocketChannel last = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    last.bind(UnixDomainSocketAddress.of(socket));
    try (Program program = inside("run", "--run-dir", run.toString(), "sh", "-c", "exit 7")) {
      last.accept().close(); // It only looks whether somebody is there.
      SocketChannel asked = last.accept();
      last.close();
      Files.delete(socket);
      try (FakeDaemon next = new FakeDaemon(run)) {
        asked.close();
        assertThat(program.code()).as(program::err).isEqualTo(7);
        assertThat(next.containers().runs().specs()).hasSize(1);
        assertThat(next.containers().runs().ends()).containsExactly("exit 7");
      }
    }
  }

  private Program inside(String... arguments) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(Program.commandLine(arguments));
    builder.environment().putAll(INSIDE);
    return Program.start(builder, run);
  }
}
