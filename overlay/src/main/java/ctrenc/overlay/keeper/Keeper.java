package ctrenc.overlay.keeper;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.Epoll;
import ctrenc.overlay.sys.LocalSocket;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The process that outlives the daemon. One thread; it holds descriptors by name, listens to one
 * daemon at a time, and ends when there is nothing to hold any more.
 */
public final class Keeper {

  private static final System.Logger LOG = System.getLogger(Keeper.class.getName());
  private static final long LISTENER = 1;
  private static final long DAEMON = 2;
  private static final int STEP_MILLIS = 50;

  private final LocalSocket listener;
  private final Restarter restarter;
  private final long patienceNanos;
  private final Epoll epoll = new Epoll();
  private final Map<String, List<Descriptor>> held = new LinkedHashMap<>();
  private Optional<LocalSocket> daemon = Optional.empty();

  /** Since when nobody serves what is held; nothing while somebody does. */
  private Optional<Long> unservedSince = Optional.of(System.nanoTime());

  private Keeper(LocalSocket listener, Restarter restarter, Duration patience)
      throws SystemCallException {
    this.listener = listener;
    this.restarter = restarter;
    patienceNanos = patience.toNanos();
    epoll.add(listener.descriptor(), 0, LISTENER);
  }

  /**
   * @param arguments the socket to listen at, the file that is locked by whoever starts a daemon,
   *     and for how many milliseconds a mount may be served by nobody
   */
  public static void main(String[] arguments) throws IOException {
    try (LocalSocket listener = LocalSocket.listen(Path.of(arguments[0]));
        Restarter restarter = new Restarter(Path.of(arguments[1]))) {
      new Keeper(listener, restarter, Duration.ofMillis(Long.parseLong(arguments[2]))).run();
    }
  }

  private void run() throws IOException {
    boolean goesOn = true;
    while (goesOn) {
      long who = epoll.await(unservedSince.isPresent() ? STEP_MILLIS : -1);
      if (who == LISTENER) {
        admit(listener.accept());
      } else if (who == DAEMON) {
        goesOn = hear(daemon.orElseThrow());
      }
      goesOn &= unservedSince.isEmpty() || tend(unservedSince.get());
    }
  }

  /** Nobody serves: a daemon is started, or everything given up. Returns false at the end. */
  private boolean tend(long since) throws IOException {
    if (System.nanoTime() - since > patienceNanos) {
      LOG.log(Level.ERROR, "Nobody serves the mounts for too long; they are given up");
      endStuckDaemon();
      return false;
    }
    return daemon.isPresent() || !isNeeded() || restarter.attempt();
  }

  /** A daemon that took the mounts and does not come to serve them would hold them for ever. */
  private void endStuckDaemon() throws SystemCallException {
    if (daemon.isPresent()) {
      ProcessHandle.of(daemon.get().peerProcess()).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /** What is held besides names that serve the others. */
  private boolean isNeeded() {
    return !held.keySet().stream().allMatch(Keeper::isForOthers);
  }

  /** What has such a name is kept for the sake of others: {@link DescriptorKeeping#keep}. */
  static boolean isForOthers(String name) {
    return name.startsWith(".");
  }

  private void admit(LocalSocket caller) throws SystemCallException {
    if (daemon.isPresent() || caller.peerUser() != 0) {
      caller.close();
      return;
    }
    daemon = Optional.of(caller);
    epoll.add(caller.descriptor(), 0, DAEMON);
  }

  /** Takes a message; returns false when nothing is left to be kept and nobody needs a keeper. */
  private boolean hear(LocalSocket from) throws IOException {
    LocalSocket.Message message = receive(from);
    if (message.bytes().length == 0) {
      return lose(from);
    }
    String text = Verb.text(message);
    switch (Verb.of(message)) {
      case COMMAND -> restarter.learn(DaemonCommand.decode(text));
      case HOLD -> hold(text, message.descriptors());
      case DROP -> drop(text);
      case TELL -> {
        return tell(from) || lose(from);
      }
      case READY -> {
        restarter.serves();
        unservedSince = Optional.empty();
      }
      case GOODBYE -> {
        return isNeeded();
      }
      case END -> throw new IllegalArgumentException("only a keeper says so");
    }
    return true;
  }

  private static LocalSocket.Message receive(LocalSocket from) {
    try {
      return from.receive();
    } catch (SystemCallException brokenOff) {
      return new LocalSocket.Message(new byte[0], List.of());
    }
  }

  private void hold(String name, List<Descriptor> descriptors) throws SystemCallException {
    drop(name);
    held.put(name, descriptors);
  }

  private void drop(String name) throws SystemCallException {
    List<Descriptor> dropped = held.remove(name);
    if (dropped != null) {
      for (Descriptor descriptor : dropped) {
        descriptor.close();
      }
    }
  }

  /** Returns false if the daemon died meanwhile. */
  private boolean tell(LocalSocket to) {
    try {
      for (Map.Entry<String, List<Descriptor>> entry : held.entrySet()) {
        Verb.HOLD.send(to, entry.getKey(), entry.getValue());
      }
      Verb.END.send(to, "", List.of());
      return true;
    } catch (SystemCallException brokenOff) {
      return false;
    }
  }

  /** The daemon is gone; returns whether there is something to keep. */
  private boolean lose(LocalSocket gone) throws SystemCallException {
    epoll.remove(gone.descriptor());
    gone.close();
    daemon = Optional.empty();
    if (unservedSince.isEmpty()) {
      restarter.lost();
      unservedSince = Optional.of(System.nanoTime());
    }
    return isNeeded();
  }
}
