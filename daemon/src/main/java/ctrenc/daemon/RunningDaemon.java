package ctrenc.daemon;

import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.config.Directories;
import ctrenc.daemon.config.Settings;
import ctrenc.daemon.config.SocketGroup;
import ctrenc.daemon.container.Containers;
import ctrenc.daemon.container.EventFeed;
import ctrenc.daemon.container.RootKeeping;
import ctrenc.daemon.health.DaemonStatus;
import ctrenc.daemon.health.Handover;
import ctrenc.daemon.health.ProcessEnd;
import ctrenc.daemon.image.ImageImports;
import ctrenc.daemon.key.FreedHeap;
import ctrenc.daemon.key.HandoverKey;
import ctrenc.daemon.key.MachineKey;
import ctrenc.daemon.key.ProtectorSource;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.maintenance.AuditLog;
import ctrenc.daemon.maintenance.Compactor;
import ctrenc.daemon.maintenance.Leftovers;
import ctrenc.daemon.maintenance.RunLock;
import ctrenc.daemon.maintenance.SyncPreparation;
import ctrenc.daemon.nested.NestedContainers;
import ctrenc.daemon.rpc.ContainerdSnapshotsEndpoint;
import ctrenc.daemon.rpc.ContainersEndpoint;
import ctrenc.daemon.rpc.DaemonEndpoint;
import ctrenc.daemon.rpc.ImagesEndpoint;
import ctrenc.daemon.rpc.KeysEndpoint;
import ctrenc.daemon.rpc.MaintenanceEndpoint;
import ctrenc.daemon.rpc.NestedEndpoint;
import ctrenc.daemon.rpc.SnapshotsEndpoint;
import ctrenc.daemon.rpc.TransfersEndpoint;
import ctrenc.daemon.rpc.UnixServer;
import ctrenc.daemon.runtime.OciRuntime;
import ctrenc.daemon.snapshotter.HostDisk;
import ctrenc.daemon.snapshotter.Snapshotter;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.keeper.DescriptorKeeping;
import ctrenc.overlay.subvolume.Inheritance;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.sys.Descriptor;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.time.Clock;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The daemon, put together by hand: what each part is given stands here and nowhere else. Parts end
 * in the reverse of the order in which they began, also when a later one fails to begin.
 */
public final class RunningDaemon implements AutoCloseable {

  private static final FactLog LOG = FactLog.of(RunningDaemon.class);

  /** What the daemon is built on. */
  public record Parts(
      StoreOpener store,
      KeepingOpener keeping,
      Transport transport,
      String transportName,
      String version,
      SecretMemory memory,
      Clock clock,
      HostDisk disk,
      ProcessEnd end) {}

  private final EndingOrder begun = new EndingOrder();

  /** What has to end before the next daemon goes on with what this one shows. */
  private final EndingOrder leaving = new EndingOrder();

  private final Directories directories;

  private RunningDaemon(Directories directories) {
    this.directories = directories;
  }

  /** Returns when calls are answered. */
  public static RunningDaemon start(Settings settings, Parts parts) throws IOException {
    RunningDaemon daemon = new RunningDaemon(Directories.of(settings));
    boolean isUp = false;
    try {
      daemon.begin(settings, parts);
      isUp = true;
      return daemon;
    } finally {
      if (!isUp) {
        daemon.close();
      }
    }
  }

  private void begin(Settings settings, Parts parts) throws IOException {
    OptionalInt group = SocketGroup.of(settings);
    directories.makeRun();
    keep(RunLock.take(directories));
    DescriptorKeeping keeping =
        keep(parts.keeping().open(directories.run(), settings.keeperPatience()));
    Map<String, List<Descriptor>> left = new LinkedHashMap<>(keeping.takeUp());
    HandoverKey handover = keep(HandoverKey.open(left, keeping, parts.memory(), Entropy.system()));
    EventFeed events = new EventFeed(parts.clock());
    Store store = openStore(parts, events, RootKeeping.inheritance(left, handover.protector()));
    MachineKeyProtector machineKey = keep(openMachineKey(store, parts.memory()));
    Containers containers =
        new Containers(
            store,
            parts.transport(),
            ProtectorSource.of(settings, machineKey, parts.memory()),
            directories,
            settings,
            events,
            new RootKeeping(keeping, store.subvolumes(), handover.protector()),
            keep(FreedHeap.of(parts.transport()::wipe, store.protectors())),
            nested(settings, parts.version()));
    Snapshotter snapshotter = takeUp(settings, parts, store, containers, left);
    Handover next = new Handover(containers.bound(), keeping);
    serve(settings, parts, store, containers, events, next, group);
    serve(snapshotter, group);
    keeping.serving();
    LOG.info("daemon is ready", "socket", directories.socket());
  }

  private NestedContainers.Making nested(Settings settings, String version) {
    return (keys, quotas) ->
        new NestedContainers(
            directories, settings, NestedEndpoint.listening(version, keys, quotas));
  }

  /** Goes on with what an earlier daemon left, and clears away what nobody goes on with. */
  private Snapshotter takeUp(
      Settings settings,
      Parts parts,
      Store store,
      Containers containers,
      Map<String, List<Descriptor>> left)
      throws IOException {
    Snapshotter snapshotter =
        keep(
            new Snapshotter(
                directories.snapshotter(),
                store.images(),
                containers.hosted(),
                settings,
                parts.clock(),
                parts.disk()));
    Set<String> alive = new HashSet<>(snapshotter.takeUp(left));
    alive.addAll(containers.load(left));
    new Leftovers(directories, new OciRuntime(settings.runtime(), directories)).clear(alive);
    snapshotter.cleanup();
    leaving.add(snapshotter);
    SyncPreparation.start(store);
    return snapshotter;
  }

  private Store openStore(Parts parts, EventFeed events, Inheritance inheritance)
      throws IOException {
    AuditLog audit = keep(new AuditLog(directories.auditLog(), events, parts.clock()));
    Store store = keep(parts.store().open(directories.store(), audit, parts.memory(), inheritance));
    directories.makeState();
    return store;
  }

  private MachineKeyProtector openMachineKey(Store store, SecretMemory memory) throws IOException {
    boolean isMissed = !store.subvolumes().list().isEmpty();
    return MachineKey.open(directories.machineKey(), isMissed, memory, Entropy.system());
  }

  private void serve(
      Settings settings,
      Parts parts,
      Store store,
      Containers containers,
      EventFeed events,
      Handover handover,
      OptionalInt group)
      throws IOException {
    ExecutorService streams =
        Executors.newCachedThreadPool(
            Thread.ofPlatform().name("ctr-enc-stream-", 0).daemon(true).factory());
    keep(streams::shutdownNow);
    keep(Compactor.start(store.upkeep()));
    ImageImports imports = ImageImports.of(store.images(), directories, settings.importReserve());
    DaemonStatus status =
        new DaemonStatus(
            directories,
            store.images(),
            containers,
            parts.version(),
            parts.transportName(),
            parts.clock().instant());
    HealthStatusManager health = new HealthStatusManager();
    UnixServer server =
        keep(
            UnixServer.start(
                directories.socket(),
                group,
                List.of(
                    new ContainersEndpoint(containers, events, streams),
                    new SnapshotsEndpoint(containers, streams),
                    new MaintenanceEndpoint(store, containers::subvolume, streams),
                    new TransfersEndpoint(containers, streams),
                    new KeysEndpoint(containers.keys(), containers.locks()),
                    new ImagesEndpoint(store.images(), imports, streams),
                    new DaemonEndpoint(status, handover, parts.end()),
                    health.getHealthService())));
    // Calls under way go on until the containers are ended: who runs one reports its exit code.
    keep(() -> containers.endAll(settings.stopGrace()));
    keep(server::stopAccepting);
    keep(health::enterTerminalState);
    leaving.add(server::drain);
    leaving.add(health::enterTerminalState);
  }

  /** containerd is served at a socket of its own, so that it can be given that alone. */
  private void serve(Snapshotter snapshotter, OptionalInt group) throws IOException {
    UnixServer server =
        keep(
            UnixServer.start(
                directories.snapshotsSocket(),
                group,
                List.of(new ContainerdSnapshotsEndpoint(snapshotter))));
    keep(server::stopAccepting);
    leaving.add(server::drain);
  }

  private <T extends AutoCloseable> T keep(T part) {
    return begun.add(part);
  }

  /** Takes no new calls, ends the containers, closes the store. */
  @Override
  public void close() {
    begun.close();
  }

  /** Takes no new calls, finishes those under way, and leaves the rest as a process that dies. */
  public void leave() {
    leaving.close();
  }
}
