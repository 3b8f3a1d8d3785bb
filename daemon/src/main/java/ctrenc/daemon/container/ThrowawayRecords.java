package ctrenc.daemon.container;

import ctrenc.daemon.log.FactLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The records of throwaway containers, in the run directory: they serve a daemon that goes on in
 * the place of one that died, and need not outlast more than that.
 */
final class ThrowawayRecords {

  private static final FactLog LOG = FactLog.of(ThrowawayRecords.class);

  private final Path directory;

  ThrowawayRecords(Path directory) {
    this.directory = directory;
  }

  void write(ManagedContainer.Identity container) throws IOException {
    Files.writeString(
        file(container.id()), ContainerRecord.encode(container), StandardCharsets.UTF_8);
  }

  void remove(String container) throws IOException {
    Files.deleteIfExists(file(container));
  }

  List<ManagedContainer.Identity> read() throws IOException {
    return RecordFiles.read(
        directory,
        (file, why) -> {
          LOG.failed("record of a throwaway container cannot be read", why, "file", file);
          Files.delete(file);
        });
  }

  private Path file(String container) {
    return RecordFiles.of(directory, container);
  }
}
