package ctrenc.daemon.maintenance;

import ctrenc.daemon.config.Directories;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.mounts.MountTable;
import ctrenc.daemon.runtime.BundleWriter;
import ctrenc.daemon.runtime.OciRuntime;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.Mounts;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Clears what a daemon that was killed left in its run directory. The order matters: a process that
 * waits for an answer of a dead FUSE connection cannot be killed before the connection is aborted,
 * and a mount that is looked into before that never answers. Called with the run directory's lock
 * held, before anything is mounted anew.
 */
public final class Leftovers {

  private static final FactLog LOG = FactLog.of(Leftovers.class);
  private static final Path CONNECTIONS = Path.of("/sys/fs/fuse/connections");
  private static final String LABEL = "ctr-enc:";

  private final Directories directories;
  private final OciRuntime runtime;

  public Leftovers(Directories directories, OciRuntime runtime) {
    this.directories = directories;
    this.runtime = runtime;
  }

  /** Clears all but what belongs to the containers in {@code alive}. */
  public void clear(Set<String> alive) throws IOException {
    List<MountTable.Entry> stale = staleMounts(alive);
    if (!stale.isEmpty()) {
      abort(stale);
    }
    clearRuntime(alive);
    for (MountTable.Entry mount : stale.reversed()) {
      unmount(mount);
    }
    clearDirectories(alive);
  }

  /** Mounts below our run directory, and further ones of the same connections wherever they are. */
  private List<MountTable.Entry> staleMounts(Set<String> alive) throws IOException {
    List<MountTable.Entry> all = MountTable.read();
    // The table's names are one character for each byte.
    String roots = latin1(directories.roots().toRealPath() + "/");
    Set<String> devices = new HashSet<>();
    for (MountTable.Entry entry : all) {
      boolean isOurs =
          entry.isFuse() && (entry.target().startsWith(roots) || isLabelledAsOurs(entry.source()));
      if (isOurs && !alive.contains(idIn(entry.source()))) {
        devices.add(entry.device());
      }
    }
    return all.stream().filter(entry -> devices.contains(entry.device())).toList();
  }

  /** The id in the label of a mount of ours; of others, nothing that is an id. */
  private static String idIn(String source) {
    return source.startsWith(LABEL) ? source.substring(LABEL.length()) : "";
  }

  /**
   * A mount whose own place is gone is known by its label: the id in it has a place in our run
   * directory.
   */
  private boolean isLabelledAsOurs(String source) {
    if (!source.startsWith(LABEL)) {
      return false;
    }
    String id = source.substring(LABEL.length());
    return id.chars().allMatch(c -> (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9'))
        && (Files.exists(directories.bundle(id)) || isListed(id));
  }

  /** Looking at the entry itself would ask the dead connection. */
  private boolean isListed(String id) {
    try (DirectoryStream<Path> places = Files.newDirectoryStream(directories.roots(), id)) {
      return places.iterator().hasNext();
    } catch (IOException _) {
      return false;
    }
  }

  private static void abort(List<MountTable.Entry> stale) throws IOException {
    if (!Files.isDirectory(CONNECTIONS) || isEmpty(CONNECTIONS)) {
      mountConnections();
    }
    Set<Long> connections = new HashSet<>();
    stale.forEach(entry -> connections.add(entry.minor()));
    for (long connection : connections) {
      Path abort = CONNECTIONS.resolve(Long.toString(connection)).resolve("abort");
      if (Files.exists(abort)) {
        Files.writeString(abort, "1");
        LOG.info("stale connection aborted", "connection", connection);
      }
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }

  private static void mountConnections() {
    try {
      Mounts.mount(
          utf8("fusectl"), FileOpener.bytesOf(CONNECTIONS), utf8("fusectl"), 0, new byte[0]);
    } catch (SystemCallException e) {
      LOG.warn("control filesystem of FUSE could not be mounted", "errno", e.errno());
    }
  }

  private void clearRuntime(Set<String> alive) throws IOException {
    for (String container : names(directories.runtime(), alive)) {
      LOG.info("container of an earlier daemon is ended", "container", container);
      try {
        runtime.delete(container);
      } catch (IOException e) {
        // The daemon is worth more than this container, whose root is gone.
        LOG.failed("container of an earlier daemon could not be ended", e, "container", container);
      }
    }
  }

  private static void unmount(MountTable.Entry mount) {
    try {
      Mounts.unmount(
          mount.target().getBytes(StandardCharsets.ISO_8859_1), Mounts.DETACH | Mounts.NO_FOLLOW);
      LOG.info("stale mount taken away", "device", mount.device());
    } catch (SystemCallException e) {
      LOG.warn("stale mount is still there", "device", mount.device(), "errno", e.errno());
    }
  }

  private void clearDirectories(Set<String> alive) throws IOException {
    BundleWriter bundles = new BundleWriter(directories);
    for (String container : names(directories.bundles(), alive)) {
      bundles.remove(container);
    }
    for (String container : names(directories.roots(), alive)) {
      Files.delete(directories.root(container));
    }
    for (String container : names(directories.mappedRoots(), alive)) {
      Files.delete(directories.mapped(container));
    }
    Set<String> logs =
        alive.stream()
            .flatMap(id -> Stream.of(id + ".log", id + ".log.1"))
            .collect(Collectors.toSet());
    for (String log : names(directories.logs(), logs)) {
      Files.delete(directories.logs().resolve(log));
    }
  }

  private static List<String> names(Path directory, Set<String> but) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    }
    names.removeAll(but);
    return names;
  }

  private static String latin1(String text) {
    return new String(utf8(text), StandardCharsets.ISO_8859_1);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
