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
    return new EarlyConnection(
        socket,
        CompletableFuture.supplyAsync(
            () -> prepared(socket), Thread.ofPlatform().daemon().name("early-connection")::start));
  }

  private static Connection prepared(Path socket) {
    Connection connection = new Connection(socket);
    connection.prepare();
    return connection;
  }

  /** Hands the connection over, once, if it leads to this socket and somebody answers there. */
  public Optional<Connection> take(Path wanted) {
    if (made == null || !wanted.equals(socket)) {
      return Optional.empty();
    }
    Connection connection = made.join();
    if (!connection.isUsable()) {
      return Optional.empty();
    }
    made = null;
    return Optional.of(connection);
  }

  /** Closes what nobody took. */
  @Override
  public void close() {
    if (made != null) {
      made.thenAccept(Connection::close);
    }
  }
}
