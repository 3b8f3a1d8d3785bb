package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.fuse.KeepAwake;
import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.fuse.Passthrough;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mounts and serves filesystems by the kernel's own protocol over /dev/fuse. One pool of threads,
 * which begin with the first mount, serves all of them. Needs root.
 */
public final class KernelTransport implements Transport, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KernelTransport.class);
  private static final Duration PROBE_PATIENCE = Duration.ofSeconds(10);
  private static final Duration FOR_A_REQUEST = Duration.ofSeconds(1);
  private static final int SLOW_THREADS = 16;

  /** Fewer could all wait for one disk. */
  private static final int MIN_WORKERS = 2;

  /** Further threads share descriptors: each costs the kernel some memory, in every mount. */
  private static final int MAX_CHANNELS = 4;

  /** One for all mounts: requests in it mostly wait for the disk. */
  private final ThreadPoolExecutor slowExecutor = LeavingThreads.pool(SLOW_THREADS, "fuse-slow-");

  /** How many workers may wait for a disk, so that one is left. */
  private final Semaphore spareWorkers;

  private final int workers;
  private final Optional<RequestPath> path;
  private final Optional<Vigil> vigil;
  private @Nullable WorkerPool pool;

  /** Whether this machine has /dev/fuse, without which no transport mounts anything. */
  public static boolean hasDevice() {
    return Files.exists(Connection.DEVICE);
  }

  /** Whether this process can mount here: it has the device, and the right to. */
  public static boolean isPossible() {
    try {
      Connection.open().release();
      return MountRight.isHeld();
    } catch (IOException e) {
      return false;
    }
  }

  /** Serves by as many threads as there are processors, at least two. */
  public KernelTransport() {
    this(0);
  }

  /** Serves by {@code workers} threads; 0 for one for each processor, at least two. */
  public KernelTransport(int workers) {
    this(workers, KeepAwake.AUTO);
  }

  /** The same, with idle processors kept awake or not while requests come. */
  public KernelTransport(int workers, KeepAwake keepAwake) {
    this(workers, Optional.empty(), Vigil.over(keepAwake));
  }

  KernelTransport(int workers, Optional<RequestPath> path, Optional<Vigil> vigil) {
    this.workers = usual(workers);
    this.path = path;
    this.vigil = vigil;
    spareWorkers = new Semaphore(this.workers - 1);
  }

  /** One whose requests come by {@code path}, which it closes at its end, as it does the vigil. */
  public static KernelTransport with(RequestPath path, int workers, Optional<Vigil> vigil) {
    return new KernelTransport(workers, Optional.of(path), vigil);
  }

  /** {@code workers}, or where that is 0 one for each processor, at least two. */
  public static int usual(int workers) {
    return workers > 0
        ? workers
        : Math.max(MIN_WORKERS, Runtime.getRuntime().availableProcessors());
  }

  @Override
  public Mount mount(FileSystem fileSystem, Path directory, MountOptions options)
      throws IOException {
    RequestPath.Terms terms = terms();
    int rootMode = rootMode(fileSystem);
    Connection connection = open();
    try {
      MountPoint mountPoint = new MountPoint(directory);
      long number = mountPoint.attach(connection.device(), rootMode, options);
      try {
        return serve(fileSystem, mountPoint, number, connection, options, terms);
      } catch (IOException | RuntimeException e) {
        mountPoint.detach();
        ConnectionControl.abort(number);
        throw e;
      }
    } finally {
      connection.release();
    }
  }

  private static int rootMode(FileSystem fileSystem) throws IOException {
    try {
      return fileSystem.getattr(FileSystem.ROOT).mode();
    } catch (ErrnoException e) {
      throw new IOException(
          "The root of the filesystem cannot be read: %s.".formatted(e.getMessage()), e);
    }
  }

  private static Connection open() throws IOException {
    try {
      return Connection.open();
    } catch (SystemCallException e) {
      throw new IOException(
          "%s cannot be opened (%s): load the kernel's fuse module and run as root."
              .formatted(Connection.DEVICE, e.getMessage()),
          e);
    }
  }

  private Mount serve(
      FileSystem fileSystem,
      MountPoint mountPoint,
      long number,
      Connection connection,
      MountOptions options,
      RequestPath.Terms terms)
      throws IOException {
    Handshake.Negotiated negotiated =
        Handshake.perform(connection.device(), options.cache(), terms);
    MountWord word = new MountWord(negotiated.flags());
    ImageFiles images = images(fileSystem, word.hasPassthrough(), connection, options);
    options.memory().ifPresent(word::write);
    while (connection.descriptors().size() < channels()) {
      connection.addClone();
    }
    Dispatcher dispatcher = dispatcher(fileSystem, images, word.hasWriteback(), options);
    Mount mount = serve(dispatcher, images, mountPoint, number, connection);
    fileSystem.watch(new KernelWatcher(new Notifier(connection)));
    ConnectionControl.tune(number);
    LOG.atDebug()
        .addKeyValue("mount", options.label())
        .addKeyValue("connection", number)
        .addKeyValue("protocolMinor", negotiated.minor())
        .addKeyValue("features", negotiated.flags())
        .log("Mounted");
    return mount;
  }

  @Override
  public Mount resume(
      FileSystem fileSystem, Path directory, MountOptions options, List<Descriptor> descriptors)
      throws IOException {
    Connection connection = Connection.adopt(descriptors);
    try {
      MountPoint mountPoint = new MountPoint(directory);
      long number = mountPoint.connection();
      MountWord word = MountWord.read(options.memory());
      ImageFiles images = images(fileSystem, word.hasPassthrough(), connection, options);
      images.recover();
      Dispatcher dispatcher = dispatcher(fileSystem, images, word.hasWriteback(), options);
      dispatcher.takeOver();
      new Notifier(connection).resend();
      Mount mount = serveOrAbort(dispatcher, images, mountPoint, number, connection);
      fileSystem.watch(new KernelWatcher(new Notifier(connection)));
      LOG.atInfo()
          .addKeyValue("mount", options.label())
          .addKeyValue("connection", number)
          .log("Goes on with the mount of an earlier process");
      return mount;
    } finally {
      connection.release();
    }
  }

  private Mount serveOrAbort(
      Dispatcher dispatcher,
      ImageFiles images,
      MountPoint mountPoint,
      long number,
      Connection connection)
      throws IOException {
    try {
      return serve(dispatcher, images, mountPoint, number, connection);
    } catch (IOException | RuntimeException e) {
      ConnectionControl.abort(number);
      throw e;
    }
  }

  private ImageFiles images(
      FileSystem fileSystem, boolean hasPassthrough, Connection connection, MountOptions options) {
    return new ImageFiles(
        fileSystem,
        backingTable(hasPassthrough, connection, options),
        new KeptOpens(options.memory()));
  }

  private static Dispatcher dispatcher(
      FileSystem fileSystem, ImageFiles images, boolean writeback, MountOptions options) {
    ChangeGuard guard = new ChangeGuard(options.label(), options.readOnly());
    return new Dispatcher(fileSystem, guard, images, writeback);
  }

  private BackingTable backingTable(
      boolean hasPassthrough, Connection connection, MountOptions options) {
    if (hasPassthrough) {
      return new ConnectionBackingTable(connection, slowExecutor);
    }
    return new NoBackingTable(
        options.cache() == CacheMode.IMAGE ? Passthrough.UNSUPPORTED : Passthrough.OFF);
  }

  private Mount serve(
      Dispatcher dispatcher,
      ImageFiles images,
      MountPoint mountPoint,
      long number,
      Connection connection)
      throws IOException {
    long answersBefore = answers(dispatcher);
    ServedConnection served = begin(connection, dispatcher);
    mountPoint.probe(number, PROBE_PATIENCE);
    if (answers(dispatcher) == answersBefore) {
      throw new IOException("%s is answered by another mount.".formatted(mountPoint.directory()));
    }
    checkPath(served);
    return new KernelMount(mountPoint, number, new Notifier(connection), served, images);
  }

  private ServedConnection begin(Connection connection, Dispatcher dispatcher) throws IOException {
    WorkerPool pool = pool();
    List<DeviceChannel> channels =
        connection.descriptors().stream().map(DeviceChannel::new).toList();
    SlowLane slowLane = new SlowLane(slowExecutor, spareWorkers, dispatcher, connection);
    int watchers = pool.watchers() + (path.isPresent() ? 1 : 0);
    ServedConnection served =
        new ServedConnection(connection, dispatcher, slowLane, channels, watchers);
    pool.serve(served);
    if (path.isPresent()) {
      path.get().serve(served);
    }
    return served;
  }

  private void checkPath(ServedConnection served) throws IOException {
    if (path.isPresent() && !served.hasExchanged()) {
      throw new IOException("The kernel does not send requests by io_uring.");
    }
  }

  private RequestPath.Terms terms() throws IOException {
    return path.isPresent() ? path.get().terms() : RequestPath.Terms.ofDevice();
  }

  @Override
  public void wipe() throws IOException {
    try {
      pool().wipe(FOR_A_REQUEST);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the memory of requests was erased");
    }
  }

  private synchronized WorkerPool pool() throws SystemCallException {
    WorkerPool begun = pool;
    if (begun == null) {
      begun = new WorkerPool(workers, vigil);
      pool = begun;
    }
    return begun;
  }

  /** Where requests come by another path, the device brings few. */
  private int channels() {
    return path.isPresent() ? 1 : Math.min(workers, MAX_CHANNELS);
  }

  /** Ends the threads. Mounts must have ended before. */
  @Override
  public synchronized void close() throws IOException {
    slowExecutor.shutdown();
    if (path.isPresent()) {
      path.get().close();
    }
    if (pool != null) {
      pool.close();
    }
    if (vigil.isPresent()) {
      vigil.get().close();
    }
  }

  /** How often attributes were told: proof that a prober's question came here. */
  private static long answers(Dispatcher dispatcher) {
    return dispatcher.served(Operation.GETATTR) + dispatcher.served(Operation.STATX);
  }
}
