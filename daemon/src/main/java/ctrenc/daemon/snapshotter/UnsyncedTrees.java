package ctrenc.daemon.snapshotter;

import ctrenc.daemon.config.AtomicFile;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The committed trees that the disk may not have yet. Each has a mark, a file that is called by its
 * number and holds the id of the machine's boot. Invariants: the mark is durable before the record
 * that says that the tree is committed; it goes when a sync that began after it has ended; so a
 * committed tree with a mark of another boot may have lost anything. Thread-safe.
 */
final class UnsyncedTrees implements AutoCloseable {

  private static final FactLog LOG = FactLog.of(UnsyncedTrees.class);

  /** Layers of an image that come one after the other share a sync. */
  private static final long REST_MILLIS = 1000;

  /** In a mark: the disk refused what was written, in whatever boot. */
  private static final String REFUSED = "refused";

  private final Path marks;
  private final HostDisk disk;
  private final String boot;

  /** Open as long as this is, so that no error of the disk is missed. */
  private final Descriptor anchor;

  /** By number: the boot that each mark found at the beginning is of. */
  private final Map<Long, String> found = new ConcurrentHashMap<>();

  private final Collection<Long> waiting = new ConcurrentSkipListSet<>();
  private final Collection<Long> refused = ConcurrentHashMap.newKeySet();
  private final ReentrantLock syncing = new ReentrantLock();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("ctr-enc-tree-sync").daemon(true).factory());

  /** Reads the marks that lie in a directory, on the disk that the trees lie on. */
  UnsyncedTrees(Path marks, HostDisk disk) throws IOException {
    this.marks = Files.createDirectories(marks);
    this.disk = disk;
    boot = disk.boot();
    AtomicFile.removeUnfinished(marks);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(marks)) {
      for (Path file : files) {
        found.put(Long.parseLong(file.getFileName().toString()), Files.readString(file));
      }
    }
    anchor = FileOpener.open(marks, OpenFlag.DIRECTORY);
  }

  /** Whether power was lost, or the disk failed, before the disk had a committed tree. */
  boolean isLost(long number) {
    return found.containsKey(number) && !boot.equals(found.get(number));
  }

  /** Goes on with the marks of this boot, and forgets the others. */
  void goOn(Collection<Long> committed) throws IOException {
    for (long number : List.copyOf(found.keySet())) {
      if (isLost(number) || !committed.contains(number)) {
        forget(number);
      } else {
        waiting.add(number);
      }
    }
    found.clear();
    syncSoon();
  }

  /** Marks a tree to which nobody writes any more, and sees to its sync. */
  void mark(long number) throws IOException {
    write(number, boot);
    waiting.add(number);
    syncSoon();
  }

  private void write(long number, String content) throws IOException {
    AtomicFile.write(fileOf(number), content.getBytes(StandardCharsets.UTF_8), "rw-------");
  }

  private Path fileOf(long number) {
    return marks.resolve(Long.toString(number));
  }

  private void syncSoon() {
    if (waiting.isEmpty()) {
      return;
    }
    try {
      timer.schedule(this::syncBeside, REST_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.info("trees are synced at the end", "trees", waiting.size());
    }
  }

  private void syncBeside() {
    try {
      require(waiting);
    } catch (IOException | RuntimeException e) {
      LOG.failed("trees could not be synced", e);
    }
  }

  /**
   * Returns when the disk has these trees.
   *
   * @throws RefusedException if it did not take them: they cannot be built on
   */
  void require(Collection<Long> numbers) throws IOException {
    if (Collections.disjoint(waiting, numbers) && Collections.disjoint(refused, numbers)) {
      return;
    }
    syncing.lock();
    try {
      if (!Collections.disjoint(waiting, numbers)) {
        sync(List.copyOf(waiting));
      }
    } finally {
      syncing.unlock();
    }
    if (!Collections.disjoint(refused, numbers)) {
      throw RefusedException.conflict(
          "The disk did not take a layer of the image, see the kernel's log: remove the image, and"
              + " pull it again.");
    }
  }

  private void sync(List<Long> trees) throws IOException {
    try {
      disk.sync(anchor);
    } catch (IOException e) {
      // The kernel says so once; the next sync would succeed, and what is lost stays lost.
      LOG.failed("the disk did not take image layers", e, "trees", trees);
      refused.addAll(trees);
      waiting.removeAll(trees);
      for (long tree : trees) {
        write(tree, REFUSED);
      }
      return;
    }
    for (long tree : trees) {
      Files.deleteIfExists(fileOf(tree));
    }
    FileData.sync(anchor);
    waiting.removeAll(trees);
  }

  /** A tree is gone. */
  void forget(long number) throws IOException {
    waiting.remove(number);
    refused.remove(number);
    AtomicFile.remove(fileOf(number));
  }

  /** Returns when everything is synced. */
  @Override
  public void close() {
    timer.shutdownNow();
    try (anchor) {
      require(waiting);
    } catch (IOException e) {
      LOG.failed("trees could not be synced", e);
    }
  }
}
