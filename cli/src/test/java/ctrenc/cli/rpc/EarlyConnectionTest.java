package ctrenc.cli.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.cli.fake.FakeDaemon;
import ctrenc.proto.v1.ListContainersRequest;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class EarlyConnectionTest {
  @TempDir Path run;

  @Test
  void leadsToTheDaemonOnceAndNowhereElse() throws IOException, InterruptedException {
    Path socket = new Places(run, run).socket();
    try (FakeDaemon _ = new FakeDaemon(run);
        EarlyConnection early = EarlyConnection.to(socket)) {
      assertThat(early.take(run.resolve("other.sock"))).isEmpty();
      try (Connection connection = early.take(socket).orElseThrow()) {
        ListContainersRequest all = ListContainersRequest.getDefaultInstance();
        assertThat(
                connection
                    .ask(() -> connection.containers(Connection.SOON).list(all))
                    .getContainersCount())
            .isPositive();
      }
      assertThat(early.take(socket)).isEmpty();
    }
  }

  @Test
  void isNotMadeToWhatIsNotThere() {
    try (EarlyConnection early = EarlyConnection.to(run.resolve("absent"))) {
      assertThat(early.take(run.resolve("absent"))).isEmpty();
    }
  }

  @Test
  @Timeout(60)
  void isNotUsedWhereNobodyAnswers() throws IOException {
    Path socket = run.resolve("s");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(Files.exists(socket)).isTrue();
    try (Connection connection = new Connection(socket)) {
      connection.prepare();
      while (connection.isUsable()) {
        Thread.onSpinWait();
      }
      assertThat(connection.isUsable()).isFalse();
    }
  }
}
