package ctrenc.daemon.snapshotter;

import static ctrenc.daemon.snapshotter.SnapshotterSocket.shell;

import ctrenc.overlay.sys.Descriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A machine that loses power: what was not synced is empty files then, as filesystems leave them
 * whose names reach the disk before contents do. Small files that are replaced durably stay.
 */
final class PowerModel implements HostDisk {

  private final AtomicInteger boots = new AtomicInteger();
  private final AtomicInteger syncs = new AtomicInteger();
  private final Set<Path> durable = new HashSet<>();
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile boolean isBroken;
  private volatile boolean isOff;
  private volatile Path trees = Path.of("/nowhere");

  @Override
  public String boot() {
    return "boot-" + boots;
  }

  @Override
  public void sync(Descriptor file) throws IOException {
    syncs.incrementAndGet();
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    if (isBroken) {
      throw new IOException("the disk is broken");
    }
    if (!isOff) {
      synchronized (durable) {
        durable.addAll(files());
      }
    }
  }

  private List<Path> files() throws IOException {
    if (!Files.exists(trees)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(trees)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  /** Where what can be lost lies. */
  void watch(Path directory) {
    trees = directory;
  }

  /** Syncs take until {@link #go}. */
  void hold() {
    gate = new CountDownLatch(1);
  }

  void go() {
    gate.countDown();
  }

  void setBroken(boolean broken) {
    isBroken = broken;
  }

  /** How many began. */
  int syncs() {
    return syncs.get();
  }

  /** Runs {@code end}, and leaves records and marks as they were before: a kill does no more. */
  void kill(Path directory, Runnable end) throws Exception {
    String kept = Files.createTempDirectory("power").toString();
    shell("cp -a $0/records $0/unsynced $1", directory.toString(), kept);
    isOff = true;
    go();
    end.run();
    shell(
        "rm -r $0/records $0/unsynced; mv $1/records $1/unsynced $0; rmdir $1",
        directory.toString(),
        kept);
    isOff = false;
  }

  /** What was durable in {@code directory} before {@code end} is all that is there afterwards. */
  void lose(Path directory, Runnable end) throws Exception {
    kill(directory, end);
    for (Path file : files()) {
      if (!durable.contains(file)) {
        Files.write(file, new byte[0]);
      }
    }
    boots.incrementAndGet();
  }
}
