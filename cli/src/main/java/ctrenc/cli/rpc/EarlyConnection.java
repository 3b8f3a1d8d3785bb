package ctrenc.cli.rpc;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A connection to where the daemon most likely is, made by a thread of its own while the arguments
 * are still read: either takes about as long as the other. Not thread-safe.
 */
public final class EarlyConnection implements AutoCloseable {
  private final Path socket;
  private @Nullable CompletableFuture<Connection> made;

  private EarlyConnection(Path socket, @Nullable CompletableFuture<Connection> made) {
    this.socket = socket;
    this.made = made;
  }

  public static EarlyConnection none() {
    return new EarlyConnection(Path.of(""), null);
  }

  /** Makes none if nothing is at the socket's path. */
  public static EarlyConnection to(Path socket) {
    if (!Files.exists(socket)) {
      return none();
    }
    CompletableFuture<Connection> made = new CompletableFuture<>();
    Thread.ofPlatform().daemon().name("early-connection").start(() -> make(socket, made));
    return new EarlyConnection(socket, made);
  }

  private static void make(Path socket, CompletableFuture<Connection> made) {
    try {
      Connection connection = new Connection(socket);
      connection.prepare();
      made.complete(connection);
    } catch (RuntimeException | LinkageError e) {
      made.completeExceptionally(e);
    }
  }

  /** Hands the connection over, once, if it leads to this socket and somebody answers there. */
  public Optional<Connection> take(Path wanted) {
    CompletableFuture<Connection> ours = made;
    if (ours == null || !wanted.equals(socket) || !ours.join().isUsable()) {
      return Optional.empty();
    }
    made = null;
    return Optional.of(ours.join());
  }

  /** Closes what nobody took. */
  @Override
  public void close() {
    if (made != null) {
      made.thenAccept(Connection::close);
    }
  }
}
