package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Mounts and serves filesystems by the kernel's own protocol over /dev/fuse. Needs root. */
public final class KernelTransport implements Transport {

  private static final Logger LOG = LoggerFactory.getLogger(KernelTransport.class);
  private static final Duration PROBE_PATIENCE = Duration.ofSeconds(10);
  private static final int READ_AHEAD_KIB = 1024;
  private static final int SLOW_THREADS = 16;
  private static final int SLOW_THREAD_IDLE_SECONDS = 30;

  /** One for all mounts: requests in it mostly wait for the disk. */
  private final Executor slowExecutor = slowExecutor();

  private static Executor slowExecutor() {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            SLOW_THREADS,
            SLOW_THREADS,
            SLOW_THREAD_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("fuse-slow-", 0).daemon().factory());
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  @Override
  public Mount mount(FileSystem fileSystem, Path directory, MountOptions options)
      throws IOException {
    int rootMode = rootMode(fileSystem);
    Connection connection = open();
    try {
      MountPoint mountPoint = new MountPoint(directory);
      long number = mountPoint.attach(connection.device(), rootMode, options);
      try {
        return serve(fileSystem, mountPoint, number, connection, options);
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
      MountOptions options)
      throws IOException {
    Handshake.Negotiated negotiated = Handshake.perform(connection.device());
    Dispatcher dispatcher =
        new Dispatcher(fileSystem, new ChangeGuard(options.label(), options.readOnly()));
    SlowLane slowLane = new SlowLane(slowExecutor, dispatcher, connection);
    CountDownLatch ended =
        start(channels(connection, options.workers()), dispatcher, slowLane, connection, options);
    long answersBefore = answers(dispatcher);
    mountPoint.probe(number, PROBE_PATIENCE);
    if (answers(dispatcher) == answersBefore) {
      throw new IOException("%s is answered by another mount.".formatted(mountPoint.directory()));
    }
    tuneBackingDevice(number);
    LOG.atDebug()
        .addKeyValue("mount", options.label())
        .addKeyValue("connection", number)
        .addKeyValue("protocolMinor", negotiated.minor())
        .addKeyValue("features", negotiated.flags())
        .log("Mounted");
    return new KernelMount(mountPoint, number, new Notifier(connection), dispatcher, ended);
  }

  private static List<Channel> channels(Connection connection, int count)
      throws SystemCallException {
    List<Channel> channels = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        Descriptor device = i == 0 ? connection.device() : connection.addClone();
        channels.add(new DeviceChannel(device));
      }
      return channels;
    } catch (SystemCallException e) {
      channels.forEach(Channel::close);
      throw e;
    }
  }

  private static CountDownLatch start(
      List<Channel> channels,
      Dispatcher dispatcher,
      SlowLane slowLane,
      Connection connection,
      MountOptions options) {
    CountDownLatch ended = new CountDownLatch(channels.size());
    for (Channel channel : channels) {
      connection.retain();
      Worker worker = new Worker(channel, dispatcher, slowLane);
      Thread.ofPlatform()
          .name("fuse-" + options.label() + "-", ended.getCount())
          .daemon()
          .start(
              () -> {
                try {
                  worker.run();
                } finally {
                  connection.release();
                  ended.countDown();
                }
              });
    }
    return ended;
  }

  /** How often attributes were told: proof that a prober's question came here. */
  private static long answers(Dispatcher dispatcher) {
    return dispatcher.served(Operation.GETATTR) + dispatcher.served(Operation.STATX);
  }

  /** Costs speed alone where it fails, as it does where /sys is read-only. */
  private static void tuneBackingDevice(long connection) {
    try {
      ConnectionControl.setReadAhead(connection, READ_AHEAD_KIB);
      ConnectionControl.trustWithDirtyPages(connection);
    } catch (IOException e) {
      LOG.atInfo()
          .addKeyValue("connection", connection)
          .setCause(e)
          .log("The mount's backing device could not be tuned");
    }
  }
}
