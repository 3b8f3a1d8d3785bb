package ctrenc.cli.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndpointTest {
  @TempDir Path directory;

  @Test
  void everythingThatCanBeFoundIsTold() throws IOException {
    Path socket = directory.resolve("s");
    Endpoint endpoint = new Endpoint(socket);
    assertThat(endpoint.state()).isEqualTo(Endpoint.State.ABSENT);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      assertThat(endpoint.state()).isEqualTo(Endpoint.State.LISTENING);
      endpoint.requireListening();
    }
    assertThat(endpoint.state()).isEqualTo(Endpoint.State.DEAD);
    assertThatThrownBy(endpoint::requireListening).hasMessageContaining("start it again");
    Files.delete(socket);
    Files.createFile(socket);
    assertThat(endpoint.state()).isEqualTo(Endpoint.State.NOT_A_SOCKET);
    assertThat(new Endpoint(directory.resolve("a".repeat(110))).state())
        .isEqualTo(Endpoint.State.TOO_LONG);
  }

  @Test
  void waitingHasAnEnd() {
    Endpoint endpoint = new Endpoint(directory.resolve("s"));
    assertThatThrownBy(() -> endpoint.awaitListening(Duration.ofMillis(200)))
        .hasMessageContaining("no daemon is running");
    Endpoint tooLong = new Endpoint(directory.resolve("a".repeat(110)));
    assertThatThrownBy(() -> tooLong.awaitListening(Duration.ofDays(1)))
        .hasMessageContaining("too long");
  }
}
