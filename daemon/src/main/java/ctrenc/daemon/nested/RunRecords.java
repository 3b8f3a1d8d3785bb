package ctrenc.daemon.nested;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ctrenc.daemon.log.FactLog;
import ctrenc.overlay.subvolume.TreeRemover;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What runs inside one container, written down in the run directory for a daemon that goes on in
 * the place of one that died. A run is written down before anything of it is made, and forgotten
 * when nothing of it is left. Command lines are left out: they may hold secrets. Thread-safe.
 */
final class RunRecords {

  private static final FactLog LOG = FactLog.of(RunRecords.class);
  private static final int VERSION = 1;
  private static final String SUFFIX = ".json";
  private static final String NAME = ".nested-";

  private final Path directory;

  RunRecords(Path directory) {
    this.directory = directory;
  }

  /**
   * A run.
   *
   * @param name of the subvolume when it was made
   * @param parent the name of the run that it is in; empty in the container itself
   * @param made the subvolume, once it is there
   */
  record Entry(
      String name,
      String parent,
      Optional<NestedTree.Made> made,
      String base,
      Instant created,
      RunCaller caller) {

    Entry with(NestedTree.Made subvolume) {
      return new Entry(name, parent, Optional.of(subvolume), base, created, caller);
    }
  }

  /** What is about to be made in the run {@code parent}, under a name that nothing else has. */
  static Entry fresh(String parent, String base, RunCaller caller) {
    String name = NAME + HexFormat.of().toHexDigits(UUID.randomUUID().getMostSignificantBits());
    return new Entry(name, parent, Optional.empty(), base, Instant.now(), caller);
  }

  void write(Entry entry) throws IOException {
    JsonObject json = new JsonObject();
    json.addProperty("version", VERSION);
    json.addProperty("name", entry.name);
    json.addProperty("parent", entry.parent);
    entry.made.ifPresent(
        made -> {
          json.addProperty("subvolume", made.id().toString());
          json.addProperty("inode", made.inode());
        });
    json.addProperty("base", entry.base);
    json.addProperty("created", entry.created.toString());
    json.addProperty("callerProcess", entry.caller.process());
    json.addProperty("callerStarted", entry.caller.startedMillis());
    json.addProperty("callerUid", entry.caller.uid());
    Files.createDirectories(directory);
    Path fresh = directory.resolve(entry.name + ".new");
    Files.writeString(fresh, json.toString());
    Files.move(fresh, file(entry.name), StandardCopyOption.ATOMIC_MOVE);
  }

  void forget(String name) throws IOException {
    Files.deleteIfExists(file(name));
  }

  /** All that can be read. */
  List<Entry> all() throws IOException {
    List<Entry> entries = new ArrayList<>();
    if (Files.exists(directory)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
        for (Path file : files) {
          read(file).ifPresent(entries::add);
        }
      }
    }
    return entries;
  }

  private static Optional<Entry> read(Path file) throws IOException {
    try {
      return Optional.of(decode(Files.readString(file)));
    } catch (RuntimeException e) {
      LOG.failed("record of a nested container cannot be read", e, "file", file);
      return Optional.empty();
    }
  }

  private static Entry decode(String text) {
    JsonObject json = JsonParser.parseString(text).getAsJsonObject();
    if (json.get("version").getAsInt() != VERSION) {
      throw new IllegalArgumentException("written by another release");
    }
    Optional<NestedTree.Made> made =
        Optional.ofNullable(json.get("subvolume"))
            .map(id -> UUID.fromString(id.getAsString()))
            .map(id -> new NestedTree.Made(id, json.get("inode").getAsLong()));
    return new Entry(
        json.get("name").getAsString(),
        json.get("parent").getAsString(),
        made,
        json.get("base").getAsString(),
        Instant.parse(json.get("created").getAsString()),
        new RunCaller(
            json.get("callerProcess").getAsLong(),
            json.get("callerStarted").getAsLong(),
            json.get("callerUid").getAsInt()));
  }

  private Path file(String name) {
    return directory.resolve(name + SUFFIX);
  }

  void close() throws IOException {
    TreeRemover.remove(directory);
  }
}
