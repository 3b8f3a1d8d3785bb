package ctrenc.cli.rpc;

import ctrenc.cli.exit.Failure;
import ctrenc.proto.v1.ContainersGrpc;
import ctrenc.proto.v1.ContainersGrpc.ContainersBlockingV2Stub;
import ctrenc.proto.v1.DaemonGrpc;
import ctrenc.proto.v1.DaemonGrpc.DaemonBlockingV2Stub;
import ctrenc.proto.v1.ImagesGrpc;
import ctrenc.proto.v1.ImagesGrpc.ImagesBlockingV2Stub;
import ctrenc.proto.v1.KeysGrpc;
import ctrenc.proto.v1.KeysGrpc.KeysBlockingV2Stub;
import ctrenc.proto.v1.MaintenanceGrpc;
import ctrenc.proto.v1.MaintenanceGrpc.MaintenanceBlockingV2Stub;
import ctrenc.proto.v1.NestedGrpc;
import ctrenc.proto.v1.NestedGrpc.NestedBlockingV2Stub;
import ctrenc.proto.v1.RunRequest;
import ctrenc.proto.v1.SnapshotsGrpc;
import ctrenc.proto.v1.SnapshotsGrpc.SnapshotsBlockingV2Stub;
import ctrenc.proto.v1.TransfersGrpc;
import ctrenc.proto.v1.TransfersGrpc.TransfersBlockingV2Stub;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.StatusException;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A connection to the daemon. Stubs without a limit are for streams and for calls that last as long
 * as a person's work does. Thread-safe.
 */
public final class Connection implements AutoCloseable {
  /** For calls that the daemon answers from memory or with a few records. */
  public static final Duration SOON = Duration.ofSeconds(30);

  /** For calls that may unmount, flush or delete a lot first. */
  public static final Duration PATIENT = Duration.ofMinutes(10);

  /** Held, because the level of a logger that nobody holds is forgotten. */
  private static final Logger TRANSPORT = Logger.getLogger("io.grpc");

  /** So many bytes of an answer may be on their way. */
  private static final int WINDOW = 4 << 20;

  private final ManagedChannel channel;
  private final StatusTranslation translation;

  public Connection(Path socket) {
    TRANSPORT.setLevel(
        Level.OFF); // What it would say comes as a status, and is told in a sentence.
    // An address that is a literal, so that nothing is looked up; the factory ignores it.
    this.channel =
        OkHttpChannelBuilder.forAddress("127.0.0.1", 1)
            .overrideAuthority("localhost")
            .usePlaintext()
            .flowControlWindow(WINDOW)
            .proxyDetector(address -> null)
            .disableServiceConfigLookUp()
            .disableRetry()
            .socketFactory(new UnixSocketFactory(socket))
            .build();
    this.translation = new StatusTranslation(socket);
  }

  /**
   * Connects now, instead of at the first request, and loads what requests need. A daemon that does
   * not answer shows at the first request.
   */
  void prepare() {
    channel.getState(true);
    RunRequest.getDefaultInstance();
    containers();
  }

  /** False if nobody answered so far; then requests would fail for a while, whoever comes. */
  boolean isUsable() {
    return channel.getState(false) != ConnectivityState.TRANSIENT_FAILURE;
  }

  public ContainersBlockingV2Stub containers() {
    return ContainersGrpc.newBlockingV2Stub(channel);
  }

  public ContainersBlockingV2Stub containers(Duration limit) {
    return containers().withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What a daemon offers inside a container, and nothing else there. */
  public NestedBlockingV2Stub nested() {
    return NestedGrpc.newBlockingV2Stub(channel);
  }

  public NestedBlockingV2Stub nested(Duration limit) {
    return nested().withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  public ImagesBlockingV2Stub images() {
    return ImagesGrpc.newBlockingV2Stub(channel);
  }

  public ImagesBlockingV2Stub images(Duration limit) {
    return images().withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  public SnapshotsBlockingV2Stub snapshots() {
    return SnapshotsGrpc.newBlockingV2Stub(channel);
  }

  public SnapshotsBlockingV2Stub snapshots(Duration limit) {
    return snapshots().withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  public MaintenanceBlockingV2Stub maintenance(Duration limit) {
    return MaintenanceGrpc.newBlockingV2Stub(channel)
        .withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  public MaintenanceBlockingV2Stub maintenance() {
    return MaintenanceGrpc.newBlockingV2Stub(channel);
  }

  public TransfersBlockingV2Stub transfers() {
    return TransfersGrpc.newBlockingV2Stub(channel);
  }

  public TransfersBlockingV2Stub transfers(Duration limit) {
    return transfers().withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  public KeysBlockingV2Stub keys(Duration limit) {
    return KeysGrpc.newBlockingV2Stub(channel)
        .withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  public DaemonBlockingV2Stub daemon(Duration limit) {
    return DaemonGrpc.newBlockingV2Stub(channel)
        .withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Makes a call.
   *
   * @throws Failure if the daemon, or the way to it, answers with an error
   */
  public <T> T ask(RemoteCall<T> call) throws InterruptedException {
    try {
      return call.make();
    } catch (StatusException e) {
      throw translation.failure(e);
    }
  }

  /** Whether a call failed because the other side was gone, and not because it said no. */
  public static boolean isBroken(Failure failure) {
    return failure.getCause() instanceof StatusException e
        && StatusTranslation.isBroken(e.getStatus());
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
