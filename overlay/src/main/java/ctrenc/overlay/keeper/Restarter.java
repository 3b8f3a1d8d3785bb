package ctrenc.overlay.keeper;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;

/**
 * Starts a daemon in the place of one that is gone, unless somebody else is at it: whoever starts a
 * daemon holds a lock while he does. The first start is at once; each further one in a row waits
 * twice as long as the one before, and there are at most {@link #MOST_STARTS}.
 */
final class Restarter implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Restarter.class.getName());

  /** Starts in a row, each of a daemon that died within {@link #STEADY}. */
  static final int MOST_STARTS = 6;

  /** A daemon that has served for so long died of something else than the one before it. */
  private static final Duration STEADY = Duration.ofMinutes(1);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  private final FileChannel lockFile;
  private Optional<DaemonCommand> command = Optional.empty();
  private Optional<FileLock> lock = Optional.empty();
  private Optional<Process> started = Optional.empty();
  private int starts;
  private long notBefore = System.nanoTime();
  private long servesSince = System.nanoTime();

  Restarter(Path lockFile) throws IOException {
    this.lockFile = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  void learn(DaemonCommand how) {
    command = Optional.of(how);
  }

  /** To be called from time to time while no daemon serves; false if it is hopeless to go on. */
  boolean attempt() throws IOException {
    if (started.isPresent() && started.get().isAlive()) {
      return true;
    }
    if (started.isPresent()) {
      LOG.log(Level.WARNING, "A daemon that was started did not come to serve");
      letGo();
    }
    boolean isInPause = starts < MOST_STARTS && System.nanoTime() - notBefore < 0;
    if (command.isEmpty() || isInPause || !takeLock()) {
      return true;
    }
    if (starts >= MOST_STARTS) {
      LOG.log(
          Level.ERROR,
          "The daemon was started {0} times in a row and died each time; it is not started again",
          starts);
      letGo();
      return false;
    }
    start(command.get());
    return true;
  }

  private void start(DaemonCommand how) throws IOException {
    starts++;
    long pause = FIRST_PAUSE.toMillis() << (starts - 1);
    notBefore = System.nanoTime() + Duration.ofMillis(pause).toNanos();
    LOG.log(
        Level.INFO,
        "The daemon is gone and is started again; start {0} of at most {1} in a row, the next one"
            + " after {2} ms",
        starts,
        MOST_STARTS,
        Long.toString(pause));
    try {
      started = Optional.of(how.start());
    } catch (IOException e) {
      LOG.log(Level.WARNING, "The daemon could not be started", e);
      letGo();
    }
  }

  private boolean takeLock() throws IOException {
    lock = Optional.ofNullable(lockFile.tryLock());
    return lock.isPresent();
  }

  /** A daemon serves. One that somebody else started begins a new row. */
  void serves() throws IOException {
    servesSince = System.nanoTime();
    if (started.isEmpty()) {
      starts = 0;
    }
    letGo();
  }

  /** The daemon that served is gone. */
  void lost() {
    if (System.nanoTime() - servesSince > STEADY.toNanos()) {
      starts = 0;
      notBefore = System.nanoTime();
    }
  }

  private void letGo() throws IOException {
    started = Optional.empty();
    if (lock.isPresent()) {
      lock.get().release();
      lock = Optional.empty();
    }
  }

  /** A daemon that was started and does not come to serve holds what nobody else shall. */
  @Override
  public void close() throws IOException {
    started.ifPresent(Process::destroyForcibly);
    lockFile.close();
  }
}
