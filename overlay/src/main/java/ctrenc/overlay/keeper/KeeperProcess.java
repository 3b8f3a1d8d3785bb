package ctrenc.overlay.keeper;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps descriptors in a process of its own, {@link Keeper}. Where none runs it is started when
 * something has been kept for a short while, beside everything else: neither the start of the
 * daemon nor the first root waits for it, and roots that are gone at once never need it.
 */
public final class KeeperProcess implements DescriptorKeeping {

  private static final Logger LOG = LoggerFactory.getLogger(KeeperProcess.class);

  /** So long something is held by this process alone. */
  private static final Duration DELAY = Duration.ofMillis(500);

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration STEP = Duration.ofMillis(5);

  private enum State {
    /** Nothing to keep yet. */
    ABSENT,
    /** It will be started, or is being started. */
    AWAITED,
    HOLDING,
    /** It is gone, or could not be started. */
    BROKEN,
    CLOSED
  }

  private final KeeperLauncher launcher;
  private final Map<String, List<Descriptor>> left;
  private final Map<String, List<Descriptor>> waiting = new LinkedHashMap<>();
  private final ScheduledExecutorService starter =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon(true).name("ctr-enc-keeper").factory());
  private State state;
  private @Nullable KeeperCall call;

  private KeeperProcess(
      KeeperLauncher launcher, @Nullable KeeperCall call, Map<String, List<Descriptor>> left) {
    this.launcher = launcher;
    this.call = call;
    this.left = left;
    state = call == null ? State.ABSENT : State.HOLDING;
  }

  /**
   * Takes up what the keeper of a run directory holds, if one runs. To be called with the run
   * directory's lock held.
   *
   * @param run holds the keeper's socket, and the file that is locked by whoever starts a daemon
   * @param patience for how long a mount may be served by nobody
   */
  public static KeeperProcess open(Path run, Duration patience) throws IOException {
    KeeperLauncher launcher = new KeeperLauncher(run, patience);
    String command = DaemonCommand.ofThisProcess().encode();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<KeeperCall> found = launcher.find();
      if (found.isEmpty()) {
        return new KeeperProcess(launcher, null, new LinkedHashMap<>());
      }
      KeeperCall call = found.get();
      Optional<Map<String, List<Descriptor>>> left = call.introduce(command);
      if (left.isPresent()) {
        return new KeeperProcess(launcher, call, left.get());
      }
      call.close();
      LockSupport.parkNanos(STEP.toNanos());
    }
    throw new IOException(
        "The keeper of mounts of an earlier daemon does not answer: end the process that listens at "
            + run
            + "/keeper.sock, and start again.");
  }

  @Override
  public synchronized boolean outlives() {
    return state != State.BROKEN;
  }

  @Override
  public synchronized Map<String, List<Descriptor>> takeUp() {
    Map<String, List<Descriptor>> taken = new LinkedHashMap<>(left);
    left.clear();
    return taken;
  }

  @Override
  public synchronized void keep(String name, List<Descriptor> descriptors) {
    switch (state) {
      case HOLDING -> send(Verb.HOLD, name, descriptors);
      case ABSENT, AWAITED -> {
        close(waiting.put(name, duplicates(descriptors)));
        if (state == State.ABSENT && !Keeper.isForOthers(name)) {
          state = State.AWAITED;
          starter.schedule(this::begin, DELAY.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
      case BROKEN, CLOSED -> {}
    }
  }

  private static List<Descriptor> duplicates(List<Descriptor> descriptors) {
    return descriptors.stream().map(KeeperProcess::duplicate).toList();
  }

  private static Descriptor duplicate(Descriptor descriptor) {
    try {
      return descriptor.duplicate();
    } catch (SystemCallException e) {
      throw new IllegalStateException("a descriptor of our own could not be doubled", e);
    }
  }

  @Override
  public synchronized void drop(String name) {
    close(waiting.remove(name));
    if (state == State.HOLDING) {
      send(Verb.DROP, name, List.of());
    }
  }

  @Override
  public synchronized boolean isSettled() {
    return state == State.HOLDING || state == State.ABSENT;
  }

  /** Starts the keeper, unless everything that was to be kept is gone again. */
  private void begin() {
    if (!isStillNeeded()) {
      return;
    }
    try {
      KeeperCall begun = launcher.launch();
      begun.introduce(DaemonCommand.ofThisProcess().encode());
      hand(begun);
    } catch (IOException e) {
      broken(e);
    }
  }

  private synchronized boolean isStillNeeded() {
    boolean isNeeded =
        state == State.AWAITED && !waiting.keySet().stream().allMatch(Keeper::isForOthers);
    if (state == State.AWAITED && !isNeeded) {
      state = State.ABSENT;
    }
    return isNeeded;
  }

  private synchronized void hand(KeeperCall begun) throws SystemCallException {
    call = begun;
    if (state == State.CLOSED) {
      sayGoodbye();
      return;
    }
    state = State.HOLDING;
    waiting.forEach((name, descriptors) -> send(Verb.HOLD, name, descriptors));
    waiting.values().forEach(KeeperProcess::close);
    waiting.clear();
    send(Verb.READY, "", List.of());
  }

  @Override
  public synchronized void serving() {
    if (state == State.HOLDING) {
      send(Verb.READY, "", List.of());
    }
  }

  @Override
  public synchronized void close() {
    starter.shutdown();
    waiting.values().forEach(KeeperProcess::close);
    waiting.clear();
    boolean isHolding = state == State.HOLDING;
    state = State.CLOSED;
    if (isHolding) {
      sayGoodbye();
    }
  }

  private void sayGoodbye() {
    send(Verb.GOODBYE, "", List.of());
    try {
      if (call != null) {
        call.close();
      }
    } catch (SystemCallException e) {
      broken(e);
    }
  }

  /** Without a keeper everything works, until this process dies. */
  private void send(Verb verb, String text, List<Descriptor> descriptors) {
    try {
      if (call != null && state != State.BROKEN) {
        call.send(verb, text, descriptors);
      }
    } catch (IOException e) {
      broken(e);
    }
  }

  private synchronized void broken(IOException failure) {
    if (state != State.BROKEN && state != State.CLOSED) {
      state = State.BROKEN;
      waiting.values().forEach(KeeperProcess::close);
      waiting.clear();
      LOG.atError()
          .setCause(failure)
          .log("There is no keeper: mounts will end with this daemon if it dies");
    }
  }

  private static void close(@Nullable List<Descriptor> descriptors) {
    if (descriptors == null) {
      return;
    }
    for (Descriptor descriptor : descriptors) {
      try {
        descriptor.close();
      } catch (SystemCallException e) {
        throw new IllegalStateException("a descriptor of our own could not be closed", e);
      }
    }
  }
}
