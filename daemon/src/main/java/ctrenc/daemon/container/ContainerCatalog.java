package ctrenc.daemon.container;

import ctrenc.daemon.config.AtomicFile;
import ctrenc.daemon.log.FactLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
    return RecordFiles.read(
        directory, (file, why) -> LOG.failed("container record cannot be read", why, "file", file));
  }

  private Path file(String container) {
    return RecordFiles.of(directory, container);
  }
}
