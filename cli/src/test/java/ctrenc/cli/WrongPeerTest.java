package ctrenc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody listens at the socket, but it is not the daemon. */
class WrongPeerTest {
  @TempDir Path run;

  @Test
  void isOneSentence() throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(run.resolve("ctr-enc.sock")));
      Thread.ofPlatform().daemon().start(() -> turnAllAway(server));
      InProcess.Result result = new InProcess(run).call("ps");
      assertThat(result.err())
          .isEqualTo(
              "ctr-enc: the connection to the daemon at %s/ctr-enc.sock broke: see 'ctr-enc daemon status' and its log\n"
                  .formatted(run));
      assertThat(result.code()).isEqualTo(6);
      assertThat(result.out()).isEmpty();
    }
  }

  private static void turnAllAway(ServerSocketChannel server) {
    try {
      while (true) {
        try (SocketChannel peer = server.accept()) {
          peer.shutdownOutput();
        }
      }
    } catch (IOException e) {
      // The test is over.
    }
  }
}
