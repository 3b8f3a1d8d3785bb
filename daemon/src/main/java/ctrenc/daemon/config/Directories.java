package ctrenc.daemon.config;

import ctrenc.overlay.subvolume.StorePlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/**
 * The places of one daemon. Everything of value is under {@code state}; {@code run} is empty after
 * a boot.
 */
public record Directories(Path state, Path run) {

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  /** The socket must be reachable for a group; what lies beside it is not. */
  private static final Set<PosixFilePermission> PASSABLE =
      PosixFilePermissions.fromString("rwx--x--x");

  public Directories {
    state = state.toAbsolutePath().normalize();
    run = run.toAbsolutePath().normalize();
  }

  public static Directories of(Settings settings) {
    return new Directories(settings.stateDirectory(), settings.runDirectory());
  }

  /** What lies here shows in no root. */
  public StorePlace store() {
    return new StorePlace(state, List.of(run));
  }

  public Path socket() {
    return run.resolve("ctr-enc.sock");
  }

  /** Where containerd reaches its snapshotter. */
  public Path snapshotsSocket() {
    return run.resolve("snapshots.sock");
  }

  /** Held by the daemon that uses this run directory. */
  public Path lock() {
    return run.resolve("daemon.lock");
  }

  public Path roots() {
    return run.resolve("roots");
  }

  /** Where a container's root is mounted. */
  public Path root(String container) {
    return roots().resolve(container);
  }

  /** Where roots are mounted whose owners are mapped. */
  public Path mappedRoots() {
    return run.resolve("mapped");
  }

  public Path mapped(String container) {
    return mappedRoots().resolve(container);
  }

  public Path bundles() {
    return run.resolve("bundles");
  }

  /** What the OCI runtime is told of a container. */
  public Path bundle(String container) {
    return bundles().resolve(container);
  }

  /** The OCI runtime's own state. */
  public Path runtime() {
    return run.resolve("runtime");
  }

  public Path logs() {
    return run.resolve("logs");
  }

  public Path log(String container) {
    return logs().resolve(container + ".log");
  }

  /** The sockets of containers with nesting: a directory for each, which is bound into it. */
  public Path nested() {
    return run.resolve("nested");
  }

  /** The records of kept containers. */
  public Path containers() {
    return state.resolve("containers");
  }

  /** The records of throwaway containers, for as long as they are there. */
  public Path throwaways() {
    return run.resolve("containers");
  }

  /** Where programs put the files of backups that become roots when they are whole. */
  public Path restoring() {
    return state.resolve("restoring");
  }

  /** What images say of the processes to run in them. */
  public Path imageConfigs() {
    return state.resolve("image-configs");
  }

  /** What containerd's snapshots are, and the trees of its image layers. */
  public Path snapshotter() {
    return state.resolve("snapshotter");
  }

  public Path machineKey() {
    return state.resolve("machine.key");
  }

  public Path auditLog() {
    return state.resolve("audit.log");
  }

  /** Makes what is missing in the run directory, readable for root alone. */
  public void makeRun() throws IOException {
    makeDirectory(run, PASSABLE);
    makeDirectory(roots(), OWNER_ONLY);
    makeDirectory(mappedRoots(), OWNER_ONLY);
    makeDirectory(bundles(), OWNER_ONLY);
    makeDirectory(runtime(), OWNER_ONLY);
    makeDirectory(logs(), OWNER_ONLY);
    makeDirectory(throwaways(), OWNER_ONLY);
    makeDirectory(nested(), OWNER_ONLY);
  }

  /**
   * Makes what is missing beside the store, readable for root alone. To be called when the store is
   * open: it makes itself in an empty directory, and in no other.
   */
  public void makeState() throws IOException {
    makeDirectory(containers(), OWNER_ONLY);
    makeDirectory(imageConfigs(), OWNER_ONLY);
    makeDirectory(snapshotter(), OWNER_ONLY);
  }

  private static void makeDirectory(Path directory, Set<PosixFilePermission> permissions)
      throws IOException {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, permissions);
  }
}
