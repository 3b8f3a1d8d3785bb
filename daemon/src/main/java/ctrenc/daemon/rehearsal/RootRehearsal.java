package ctrenc.daemon.rehearsal;

import ctrenc.crypto.extent.Rehearsal;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.config.Directories;
import ctrenc.daemon.log.FactLog;
import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.StoreDirectory;
import ctrenc.overlay.subvolume.Subvolumes;
import ctrenc.overlay.subvolume.TreeRemover;
import ctrenc.overlay.sys.NativeHeap;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Makes throwaway roots in a scratch store, and lets a shell work in them. Code that the VM has not
 * compiled well is many times slower, and it compiles what is called often: so the first users of a
 * daemon would wait for what later ones do not notice.
 *
 * <p>A process of its own does the work: a thread of the daemon that waits in its own filesystem
 * could keep a killed daemon from ending. It and its children are as nice as can be. Nothing
 * depends on the rehearsal; where it fails, that is noted and the daemon goes on without.
 */
public final class RootRehearsal implements AutoCloseable {

  private static final FactLog LOG = FactLog.of(RootRehearsal.class);
  private static final String NAME = "rehearsal";
  private static final String SCRIPT = "exercise.sh";

  /** Has some thousand files wherever this runs; of them some hundred are read. */
  private static final Path FILES = Path.of("/usr");

  /** Whoever started the daemon has a question or a container for it, and comes first. */
  private static final long PAUSE_MILLIS = 1000;

  /** After so many the VM finds little more to compile. */
  private static final int ROUNDS = 6;

  private final Path place;
  private final Path roots;
  private final Transport transport;
  private final SecretMemory memory;
  private final CacheMode cache;
  private final AtomicReference<Optional<Process>> shell = new AtomicReference<>(Optional.empty());
  private final AtomicBoolean begun = new AtomicBoolean();
  private volatile CompletableFuture<Void> ended = CompletableFuture.completedFuture(null);
  private volatile boolean closed;

  private RootRehearsal(
      Directories directories, Transport transport, SecretMemory memory, CacheMode cache) {
    this.place = directories.run().resolve(NAME);
    this.roots = directories.roots();
    this.transport = transport;
    this.memory = memory;
    this.cache = cache;
  }

  /**
   * Returns at once. The scratch store's directory is there from now on until the rehearsal is
   * over.
   */
  public static RootRehearsal start(
      Directories directories, Transport transport, SecretMemory memory, CacheMode cache) {
    RootRehearsal rehearsal = new RootRehearsal(directories, transport, memory, cache);
    try {
      TreeRemover.remove(rehearsal.place);
      Files.createDirectory(rehearsal.place);
      rehearsal.ended =
          CompletableFuture.runAsync(
              rehearsal::run,
              CompletableFuture.delayedExecutor(
                  PAUSE_MILLIS,
                  TimeUnit.MILLISECONDS,
                  Thread.ofPlatform().daemon().name("ctr-enc-rehearsal")::start));
    } catch (IOException e) {
      LOG.failed("the rehearsal could not begin", e);
    }
    return rehearsal;
  }

  private void run() {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    try {
      Rehearsal.run(memory);
      rehearse();
      TreeRemover.remove(place);
      NativeHeap.trim();
    } catch (IOException | RuntimeException | Error e) {
      LOG.failed("the rehearsal was not carried out", e);
    }
  }

  private void rehearse() throws IOException {
    try (StoreDirectory store = StoreDirectory.open(place, finding -> {}, memory)) {
      for (int round = 0; round < ROUNDS && !closed; round++) {
        UUID root = store.subvolumes().create(NAME, new Base.HostTree(FILES), List.of()).id();
        try {
          show(store.subvolumes(), root);
        } finally {
          store.subvolumes().destroy(root);
        }
      }
    }
  }

  private void show(Subvolumes subvolumes, UUID root) throws IOException {
    FileSystem fileSystem = subvolumes.open(root);
    Path directory = Files.createDirectories(roots.resolve(NAME));
    MountOptions options = MountOptions.of("ctr-enc:" + NAME).withCache(cache);
    try (Mount mount = transport.mount(fileSystem, directory, options)) {
      exercise(mount.directory());
    } finally {
      fileSystem.close();
      Files.deleteIfExists(directory);
    }
  }

  private void exercise(Path directory) throws IOException {
    Process started =
        new ProcessBuilder("nice", "-n", "19", "sh", "-s", "--", directory.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    shell.set(Optional.of(started));
    try (InputStream script =
            Objects.requireNonNull(RootRehearsal.class.getResourceAsStream(SCRIPT));
        OutputStream commands = started.getOutputStream()) {
      script.transferTo(commands);
    }
    if (closed) {
      end(started);
    }
    started.onExit().join();
    shell.set(Optional.empty());
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** Ends what is at work, and waits for that. */
  @Override
  public void close() {
    closed = true;
    if (begun.compareAndSet(false, true)) {
      clean();
    } else {
      shell.get().ifPresent(RootRehearsal::end);
      ended.join();
    }
  }

  private void clean() {
    try {
      TreeRemover.remove(place);
    } catch (IOException e) {
      LOG.failed("the rehearsal's directory was not removed", e);
    }
  }
}
