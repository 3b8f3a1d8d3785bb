package ctrenc.daemon.container;

import ctrenc.daemon.config.AtomicFile;
import ctrenc.daemon.log.FactLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The kept containers' records on disk, one file each. */
final class ContainerCatalog {

  private static final FactLog LOG = FactLog.of(ContainerCatalog.class);

  private final Path directory;

  ContainerCatalog(Path directory) {
    this.directory = directory;
  }

  void write(ManagedContainer.Identity container) throws IOException {
    byte[] text = ContainerRecord.encode(container).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file(container.id()), text, "rw-------");
  }

  void remove(String container) throws IOException {
    AtomicFile.remove(file(container));
  }

  /**
   * Every record that can be read; one that cannot is left where it is and logged, its root stays
   * in the store.
   */
  List<ManagedContainer.Identity> read() throws IOException {
    List<ManagedContainer.Identity> records = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
      for (Path file : files) {
        try {
          records.add(ContainerRecord.decode(Files.readString(file)));
        } catch (RuntimeException e) {
          LOG.failed("container record cannot be read", e, "file", file);
        }
      }
    }
    return records;
  }

  private Path file(String container) {
    return directory.resolve(container + ".json");
  }
}
