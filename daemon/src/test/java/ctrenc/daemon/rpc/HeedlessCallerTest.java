package ctrenc.daemon.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.daemon.nested.ConnectionLimit;
import ctrenc.proto.v1.DaemonGrpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A caller in a container that speaks HTTP/2 by itself, and does as it likes. */
@Timeout(60)
class HeedlessCallerTest {

  private static final int CALLS = 50;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int END_OF_HEADERS = 4;
  private static final int REFUSED = 7;

  @TempDir Path directory;

  private static final class Everybody implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      return next.startCall(call, headers);
    }
  }

  /** It is told how many calls it may have; that holds although it never says that it has heard. */
  @Test
  void hasNoMoreCallsThanItMay() throws IOException {
    Path socket = directory.resolve("s.sock");
    try (UnixServer server =
            UnixServer.startOpen(
                socket,
                new Everybody(),
                new ConnectionLimit(),
                List.of(new DaemonGrpc.DaemonImplBase() {}));
        SocketChannel connection = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      connection.write(ByteBuffer.wrap(unfinishedCalls()));
      DataInputStream in = new DataInputStream(Channels.newInputStream(connection));
      int refused = 0;
      while (refused < CALLS - UnixServer.MOST_CALLS) {
        refused += isRefusal(in) ? 1 : 0;
      }
      assertThat(refused).isEqualTo(CALLS - UnixServer.MOST_CALLS);
    }
  }

  private static byte[] unfinishedCalls() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
    frame(out, SETTINGS, 0, 0, new byte[0]);
    for (int call = 0; call < CALLS; call++) {
      frame(out, HEADERS, END_OF_HEADERS, 2 * call + 1, headers());
    }
    return bytes.toByteArray();
  }

  private static void frame(DataOutputStream out, int type, int flags, int stream, byte[] payload)
      throws IOException {
    out.writeInt(payload.length << Byte.SIZE | type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
  }

  /** Each a literal that is not to be indexed. */
  private static byte[] headers() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    String[] words = {
      ":method", "POST", ":scheme", "http", ":path", "/ctrenc.v1.Daemon/Status",
      ":authority", "daemon", "te", "trailers", "content-type", "application/grpc"
    };
    for (int i = 0; i < words.length; i++) {
      if (i % 2 == 0) {
        out.writeByte(0);
      }
      out.writeByte(words[i].length());
      out.write(words[i].getBytes(US_ASCII));
    }
    return bytes.toByteArray();
  }

  private static boolean isRefusal(DataInputStream in) throws IOException {
    int lengthAndType = in.readInt();
    in.skipNBytes(1L + Integer.BYTES);
    byte[] payload = in.readNBytes(lengthAndType >>> Byte.SIZE);
    return (lengthAndType & 0xff) == RESET && ByteBuffer.wrap(payload).getInt() == REFUSED;
  }
}
