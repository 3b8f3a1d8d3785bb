package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.daemon.config.Directories;
import ctrenc.daemon.config.OwnPlaces;
import ctrenc.daemon.config.Settings;
import ctrenc.daemon.key.FreedHeap;
import ctrenc.daemon.key.ProtectorSource;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.nested.ForegroundRun;
import ctrenc.daemon.nested.NestedContainers;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.daemon.runtime.OciRuntime;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.subvolume.KeyLoss;
import ctrenc.overlay.subvolume.Quotas;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.overlay.subvolume.SubvolumeUsage;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.proto.v1.Command;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.ProcessSpec;
import ctrenc.proto.v1.ReceiveHeader;
import ctrenc.proto.v1.ReceivedRoot;
import ctrenc.proto.v1.RemoveContainerResponse;
import ctrenc.proto.v1.StopContainerResponse;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The containers of a daemon. A container is a root, encrypted under a key of its own, that at most
 * one run at a time uses; a run has one first process, and more by {@link #exec}. Thread-safe.
 */
public final class Containers {

  private static final FactLog LOG = FactLog.of(Containers.class);

  private final Store store;
  private final OciRuntime runtime;
  private final ContainerRegistry registry = new ContainerRegistry();
  private final ContainerCatalog catalog;
  private final ThrowawayRecords throwaways;
  private final RootMounter mounter;
  private final ContainerMaker maker;
  private final ContainerRuns runs;
  private final BackgroundRuns background;
  private final ContainerStops stops;
  private final FreedHeap freedHeap;
  private final ShownSnapshots snapshotMounts;
  private final RootMoves moves;
  private final RootFlattens flattens;
  private final ContainerKeys keys;
  private final ContainerLocks locks;
  private final Survivors survivors;
  private final HostedRoots hosted;
  private final RootTransfers transfers;

  public Containers(
      Store store,
      Transport transport,
      ProtectorSource source,
      Directories directories,
      Settings settings,
      EventFeed events,
      RootKeeping roots,
      FreedHeap freedHeap,
      NestedContainers.Making nested) {
    this.store = store;
    this.freedHeap = freedHeap;
    runtime = new OciRuntime(settings.runtime(), directories);
    catalog = new ContainerCatalog(directories.containers());
    throwaways = new ThrowawayRecords(directories.throwaways());
    mounter =
        new RootMounter(
            store.subvolumes(),
            transport,
            directories,
            new MachineUnlocking(store.subvolumes(), store.protectors(), source),
            events,
            settings.cache(),
            roots);
    snapshotMounts = ShownSnapshots.of(store, transport, directories);
    maker =
        new ContainerMaker(
            store,
            new BaseFinder(store.images(), OwnPlaces.of(directories)),
            registry,
            catalog,
            throwaways,
            mounter,
            snapshotMounts,
            source,
            events,
            freedHeap);
    moves = new RootMoves(store, registry, mounter, snapshotMounts, maker);
    flattens = new RootFlattens(store, registry, moves);
    transfers =
        new RootTransfers(store, registry, moves, maker, snapshotMounts.sealed(), directories);
    KeptRoots kept = new KeptRoots(store, registry, events);
    keys = new ContainerKeys(store, kept, source, freedHeap);
    locks = new ContainerLocks(store, kept, mounter, snapshotMounts.plain(), source, freedHeap);
    NestedIds ids = new NestedIds(store.subvolumes());
    NestedContainers inside = nested.with(new KeysInside(ids, kept, keys, locks), quotas());
    runs = new ContainerRuns(mounter, maker, directories, runtime, events, inside);
    background = new BackgroundRuns(runs, directories, settings.logLimit());
    stops = new ContainerStops(runs, maker, runtime);
    survivors =
        new Survivors(mounter, roots, maker, runs, background, runtime, directories, inside);
    hosted = new HostedRoots(store, mounter, roots, source, freedHeap, directories);
  }

  /** What opens the containers' roots. */
  public ContainerKeys keys() {
    return keys;
  }

  /** What the roots use, and may use. */
  public RootQuotas quotas() {
    return new RootQuotas(store.subvolumes(), registry);
  }

  /** Whether they are open. */
  public ContainerLocks locks() {
    return locks;
  }

  /** Roots on which somebody else runs containers. */
  public HostedRoots hosted() {
    return hosted;
  }

  /**
   * Brings back the kept containers of an earlier daemon, which are mounted and unlocked on use.
   *
   * @param left what it left of roots that are shown, by container
   * @return the containers whose roots are still shown
   */
  public Set<String> load(Map<String, List<Descriptor>> left) throws IOException {
    Map<String, RootKeeping.Left> roots = new HashMap<>();
    left.forEach((id, descriptors) -> roots.put(id, RootKeeping.Left.of(descriptors)));
    Set<String> alive = new HashSet<>();
    KeptContainers earlier = new KeptContainers(store, catalog);
    List<ManagedContainer.Identity> all = new ArrayList<>(earlier.load());
    all.addAll(earlier.survivors(throwaways));
    for (ManagedContainer.Identity kept : all) {
      ManagedContainer container = new ManagedContainer(kept);
      registry.reserve(kept.name());
      registry.add(container);
      RootKeeping.Left root = roots.remove(container.id());
      if (root != null && survivors.goOn(container, root)) {
        alive.add(container.id());
      } else if (!kept.spec().getKeep()) {
        survivors.destroy(container);
      }
    }
    survivors.giveUpRest(roots);
    return alive;
  }

  /** Makes a container and shows its root; no process is started. */
  public Container create(ContainerSpec spec) throws IOException {
    return shown(maker.make(spec));
  }

  /**
   * Makes a container that goes on from what another one, or a snapshot called CONTAINER@NAME,
   * holds at this instant, and shows its root.
   */
  public Container fork(String source, String name, boolean keep) throws IOException {
    return shown(moves.fork(source, name, keep));
  }

  /** Lets what a root writes from now on be under a new key. */
  public Container rotate(String reference) throws IOException {
    return view(moves.rotate(reference));
  }

  public RootFlattens flattens() {
    return flattens;
  }

  public RootMoves moves() {
    return moves;
  }

  /** Shows the root of a fresh container; one that cannot be shown is not kept. */
  private Container shown(ManagedContainer container) throws IOException {
    boolean isShown = false;
    container.guard.lock();
    try {
      container.isMountWanted = true;
      mounter.show(container);
      isShown = true;
    } finally {
      try {
        if (!isShown) {
          maker.destroy(container);
        }
      } finally {
        container.guard.unlock();
      }
    }
    return view(container);
  }

  /** A run whose command a caller executes. */
  public final class Run implements ForegroundRun {

    private final ManagedContainer container;
    private final Command command;

    private Run(ManagedContainer container, Command command) {
      this.container = container;
      this.command = command;
    }

    @Override
    public Command command() {
      return command;
    }

    @Override
    public Container container() throws IOException {
      return view(container);
    }

    @Override
    public boolean finish(int exitCode) throws IOException {
      runs.end(container, exitCode);
      container.guard.lock();
      try {
        return container.phase == Phase.GONE;
      } finally {
        container.guard.unlock();
      }
    }

    @Override
    public void abandon() throws IOException {
      stops.kill(container);
    }
  }

  /** Makes a container and prepares a run in it. */
  public Run run(ContainerSpec spec) throws IOException {
    ManagedContainer container = maker.make(spec);
    return new Run(container, beginOrDestroy(container, spec.getProcess()));
  }

  /** Prepares a run in a container that exists. */
  public Run run(String reference, ProcessSpec process) throws IOException {
    ManagedContainer container = registry.find(reference);
    return new Run(container, runs.begin(container, process));
  }

  private Command beginOrDestroy(ManagedContainer container, ProcessSpec process)
      throws IOException {
    boolean isBegun = false;
    try {
      Command command = runs.begin(container, process);
      isBegun = true;
      return command;
    } finally {
      if (!isBegun) {
        stops.remove(container, false);
      }
    }
  }

  /** Makes a container and runs its process in the background. */
  public Container runDetached(ContainerSpec spec) throws IOException {
    ManagedContainer container = maker.make(spec);
    boolean isStarted = false;
    try {
      background.start(container, spec.getProcess());
      isStarted = true;
    } finally {
      if (!isStarted) {
        stops.remove(container, true);
      }
    }
    return view(container);
  }

  public Command exec(String reference, ProcessSpec process) throws IOException {
    return runs.exec(registry.find(reference), process);
  }

  /**
   * Shows the root at its own place, and at {@code target} too where one is given; returns the path
   * asked for.
   */
  public Path mount(String reference, Optional<Path> target) throws IOException {
    ManagedContainer container = registry.find(reference);
    mounter.unlock(container);
    container.guard.lock();
    try {
      requirePresent(container);
      Path own = mounter.show(container);
      container.isMountWanted = true;
      if (target.isPresent()) {
        mounter.bind(container, target.get());
      }
      return target.orElse(own);
    } finally {
      container.guard.unlock();
    }
  }

  public void unmount(String reference) throws IOException {
    ManagedContainer container = registry.find(reference);
    container.guard.lock();
    try {
      requirePresent(container);
      if (container.phase == Phase.RUNNING) {
        throw RefusedException.conflict(
            "The container " + container.identity.name() + " is running: stop it first.");
      }
      container.isMountWanted = false;
      mounter.takeDown(container);
    } finally {
      container.guard.unlock();
    }
  }

  @GuardedBy("container.guard")
  private static void requirePresent(ManagedContainer container) throws RefusedException {
    if (container.phase == Phase.GONE) {
      throw RefusedException.absent("The container " + container.identity.name() + " was removed.");
    }
  }

  public StopContainerResponse stop(String reference, Duration grace) throws IOException {
    ManagedContainer container = registry.find(reference);
    StopContainerResponse.Builder answer = StopContainerResponse.newBuilder();
    answer.setIdle(!stops.stop(container, grace));
    return answer.setContainer(view(container)).build();
  }

  /**
   * When this returns, the root's keys are gone, and of it in memory what {@link
   * FreedHeap#eraseAtPace} erases. Its snapshots go with it; {@code snapshots} says that they may.
   */
  public RemoveContainerResponse remove(String reference, boolean force, boolean snapshots)
      throws IOException {
    ManagedContainer container = registry.find(reference);
    Container last = view(container);
    int count = moves.list(container.id()).size();
    if (count > 0 && !snapshots) {
      throw RefusedException.conflict(
          "The container "
              + container.identity.name()
              + " has snapshots ("
              + count
              + "), which go with it: fork what shall stay, or remove it with --snapshots.");
    }
    KeyLoss lost = stops.remove(container, force);
    freedHeap.eraseAtPace();
    return new LayerViews(registry).of(last, lost);
  }

  public List<Container> list() throws IOException {
    List<Container> views = new ArrayList<>();
    for (ManagedContainer container : registry.all()) {
      views.add(view(container));
    }
    return views;
  }

  /** With the sizes of what it wrote. */
  public Container inspect(String reference) throws IOException {
    ManagedContainer container = registry.find(reference);
    UUID subvolume = container.identity.subvolume();
    SubvolumeUsage usage = store.subvolumes().usage(subvolume);
    Quotas.Share all = store.subvolumes().quotas().holdings(subvolume).getFirst().tree();
    return view(container).toBuilder()
        .setStoredBytes(usage.storedBytes())
        .setInodes(usage.inodes())
        .setExclusiveBytes(all.exclusive())
        .setSharedBytes(all.shared())
        .addAllLayers(new LayerViews(registry).of(store.subvolumes().sealedLayers(subvolume)))
        .build();
  }

  /**
   * The output of a detached run.
   *
   * @throws RefusedException if there is none
   */
  public ContainerLog log(String reference) throws IOException {
    ManagedContainer container = registry.find(reference);
    container.guard.lock();
    try {
      return container.log.orElseThrow(
          () ->
              RefusedException.conflict(
                  "The container "
                      + reference
                      + " has no log: only runs in the background (run -d) have one."));
    } finally {
      container.guard.unlock();
    }
  }

  public RootTransfers transfers() {
    return transfers;
  }

  /** Makes a locked container of a stream or a backup. */
  public ReceivedRoot receive(
      ReceiveHeader header, ReadableByteChannel data, TransferProgress progress)
      throws IOException {
    RootArrivals.Arrived arrived = transfers.receive(header, data, progress);
    ManagedContainer container = arrived.container();
    String snapshot = moves.list(container.id()).getFirst().getName();
    return ReceivedRoot.newBuilder()
        .setContainer(view(container))
        .setSnapshot(snapshot)
        .addAllGroups(keys.list(container.id(), "").getGroupsList())
        .setNested(arrived.nested())
        .setSnapshots(arrived.snapshots())
        .build();
  }

  /** The root of a container, as the store calls it. */
  public UUID subvolume(String reference) throws IOException {
    return registry.find(reference).identity.subvolume();
  }

  /** Also roots that somebody else uses. */
  public int running() throws IOException {
    int count = hosted.countInUse();
    for (ManagedContainer container : registry.all()) {
      count += container.isRunning() ? 1 : 0;
    }
    return count;
  }

  public int count() {
    return registry.all().size();
  }

  /** What ends with the daemon where nothing outlives it. */
  public BoundRoots bound() {
    return new BoundRoots(store.subvolumes(), registry, hosted, snapshotMounts);
  }

  /**
   * Stops what runs, takes every root down, and destroys those that are not kept. One failure does
   * not keep the others.
   */
  public void endAll(Duration grace) {
    registry.all().parallelStream().forEach(container -> endOne(container, grace));
    hosted.endAll();
  }

  private void endOne(ManagedContainer container, Duration grace) {
    try {
      stops.stop(container, grace);
      container.guard.lock();
      try {
        if (container.phase != Phase.GONE && !container.identity.spec().getKeep()) {
          maker.destroy(container);
        } else if (container.phase != Phase.GONE) {
          mounter.takeDown(container);
          snapshotMounts.takeDownOf(container.identity.subvolume());
        }
      } finally {
        container.guard.unlock();
      }
    } catch (IOException | RuntimeException e) {
      LOG.failed("container was not ended", e, "container", container.id());
    }
  }

  private Container view(ManagedContainer container) throws IOException {
    long pid = runtime.pid(container.id()).orElse(0L);
    boolean isUnlocked =
        store
            .subvolumes()
            .find(container.identity.subvolume().toString())
            .map(SubvolumeInfo::unlocked)
            .orElse(false);
    return container.view(pid, isUnlocked);
  }
}
