package ctrenc.cli.verb;

import ctrenc.cli.io.Output;
import ctrenc.cli.io.Surroundings;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.rpc.EarlyConnection;
import ctrenc.cli.rpc.Endpoint;
import ctrenc.cli.rpc.Places;
import ctrenc.cli.start.DaemonStarter;
import ctrenc.cli.start.DaemonSuccession;
import ctrenc.cli.text.Human;
import ctrenc.cli.text.Progress;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One call of the command line: its surroundings, its places, and a connection that is made when a
 * verb first needs it. Not thread-safe.
 */
public final class Session implements AutoCloseable {
  private final Surroundings surroundings;
  private final Places places;
  private final EarlyConnection early;
  private @Nullable Connection connection;

  /**
   * @param early a connection that may lead to the daemon of these places
   */
  public Session(Surroundings surroundings, Places places, EarlyConnection early) {
    this.surroundings = surroundings;
    this.places = places;
    this.early = early;
  }

  public Surroundings surroundings() {
    return surroundings;
  }

  public Places places() {
    return places;
  }

  public Output out() {
    return surroundings.out();
  }

  /** Shows how many bytes of something are done, beside the output. */
  Progress progress() {
    return new Progress(
        surroundings.err(), surroundings.terminals().err(), (stage, amount) -> Human.size(amount));
  }

  /** The daemon, which must be running; inside a container, the next one may be on its way. */
  public Connection daemon() throws InterruptedException {
    if (connection == null) {
      Endpoint endpoint = new Endpoint(places.socket());
      if (surroundings.isInContainer()) {
        NextDaemon.awaitInContainer(endpoint);
      } else {
        endpoint.requireListening();
      }
    }
    return connection();
  }

  /** The daemon in the place of one that is gone, inside a container. */
  Connection nextDaemon() throws InterruptedException {
    close();
    connection = null;
    return daemon();
  }

  /** The daemon, which is started if it is not running. */
  public Connection startedDaemon() throws IOException, InterruptedException {
    startDaemon(Optional.empty());
    return connection();
  }

  /**
   * Returns when the daemon listens.
   *
   * @param transport how one that has to be started gets its requests, if not as is set
   * @return whether it had to be started
   */
  boolean startDaemon(Optional<String> transport) throws IOException, InterruptedException {
    return new DaemonStarter(surroundings, places).start(transport, this::connectAnew);
  }

  /**
   * Returns when another daemon listens in the place of the process {@code pid}.
   *
   * @return for how many milliseconds none did
   */
  long succeedDaemon(long pid, DaemonSuccession.Request request)
      throws IOException, InterruptedException {
    long millis = new DaemonSuccession(surroundings, places).succeed(pid, request);
    connectAgain();
    return millis;
  }

  /** From now on {@link #daemon} is whoever listens now. */
  void connectAgain() {
    close();
    connectAnew();
  }

  private Connection connection() {
    if (connection == null) {
      early.take(places.socket()).ifPresentOrElse(made -> connection = made, this::connectAnew);
    }
    return Objects.requireNonNull(connection);
  }

  /** Nothing is sent before the first request. */
  private void connectAnew() {
    connection = new Connection(places.socket());
  }

  @Override
  public void close() {
    if (connection != null) {
      connection.close();
    }
  }
}
