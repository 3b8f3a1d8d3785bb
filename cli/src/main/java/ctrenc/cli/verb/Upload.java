package ctrenc.cli.verb;

import com.google.protobuf.ByteString;
import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.rpc.RemoteCall;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the caller streams goes up in a thread of its own, while answers come down. */
final class Upload<Q> {
  private static final int PIECE = 1 << 20;

  private final InputStream in;
  private final BlockingClientCall<Q, ?> call;
  private final Function<ByteString, Q> request;
  private final String consequence;
  private final AtomicReference<@Nullable IOException> unreadable = new AtomicReference<>();

  /**
   * @param consequence what it means if standard input cannot be read
   */
  Upload(
      InputStream in,
      BlockingClientCall<Q, ?> call,
      Function<ByteString, Q> request,
      String consequence) {
    this.in = in;
    this.call = call;
    this.request = request;
    this.consequence = consequence;
  }

  void start() {
    Thread.ofPlatform().daemon().name("upload").start(this::run);
  }

  /** Asks for the next answer; what ended the call is told if it was on this side. */
  <T> T ask(Connection daemon, RemoteCall<T> read) throws InterruptedException {
    try {
      return daemon.ask(read);
    } catch (Failure e) {
      IOException cause = unreadable.get();
      if (cause != null) {
        throw new Failure(
            ExitCode.FAILED,
            "standard input cannot be read (%s): %s".formatted(cause.getMessage(), consequence),
            cause);
      }
      throw e;
    }
  }

  /**
   * A call that the daemon has ended early takes no more; why it ended is read on the other side.
   */
  private void run() {
    byte[] piece = new byte[PIECE];
    try {
      int count = in.read(piece);
      boolean wanted = true;
      while (count >= 0 && wanted) {
        wanted = call.write(request.apply(ByteString.copyFrom(piece, 0, count)));
        count = wanted ? in.read(piece) : -1;
      }
      call.halfClose();
    } catch (IOException e) {
      unreadable.set(e);
      call.cancel("standard input cannot be read", e);
    } catch (StatusException e) {
      call.cancel("the call has ended", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
