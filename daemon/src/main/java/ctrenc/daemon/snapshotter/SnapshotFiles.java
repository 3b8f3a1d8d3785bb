package ctrenc.daemon.snapshotter;

import ctrenc.daemon.config.AtomicFile;
import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The snapshots on the disk, one file each, and by what name containerd's configuration calls this
 * snapshotter. A change is there whole or not at all, and durable when it returns. Thread-safe for
 * different snapshots.
 */
final class SnapshotFiles {

  private static final String SUFFIX = ".json";

  private final Path records;
  private final Path owner;

  private SnapshotFiles(Path directory) {
    this.records = directory.resolve("records");
    this.owner = directory.resolve("name");
  }

  static SnapshotFiles in(Path directory) throws IOException {
    SnapshotFiles files = new SnapshotFiles(directory);
    Files.createDirectories(files.records);
    AtomicFile.removeUnfinished(files.records);
    return files;
  }

  void write(Snapshot snapshot) throws IOException {
    byte[] text = SnapshotJson.encode(snapshot).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file(snapshot.number()), text, "rw-------");
  }

  void remove(long number) throws IOException {
    AtomicFile.remove(file(number));
  }

  /**
   * All snapshots.
   *
   * @throws RefusedException if a file cannot be read: what stands on that snapshot would be lost
   *     with it, so nothing is done before somebody looked
   */
  List<Snapshot> read() throws IOException {
    List<Snapshot> snapshots = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(records, "*" + SUFFIX)) {
      for (Path file : files) {
        try {
          snapshots.add(SnapshotJson.decode(Files.readString(file)));
        } catch (RuntimeException e) {
          throw new RefusedException(
              RefusedException.Kind.CONFLICT,
              "The record " + file + " of a snapshot cannot be read: restore it from a backup.",
              e);
        }
      }
    }
    return snapshots;
  }

  /** Empty until {@link #setOwner}. */
  String owner() throws IOException {
    return Files.exists(owner) ? Files.readString(owner) : "";
  }

  void setOwner(String name) throws IOException {
    AtomicFile.write(owner, name.getBytes(StandardCharsets.UTF_8), "rw-------");
  }

  private Path file(long number) {
    return records.resolve(number + SUFFIX);
  }
}
