package ctrenc.daemon.container;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files of a directory that hold one container's record each. */
final class RecordFiles {

  private RecordFiles() {}

  /** Is told of a file whose content is no record. */
  @FunctionalInterface
  interface Unreadable {
    void found(Path file, RuntimeException why) throws IOException;
  }

  static Path of(Path directory, String container) {
    return directory.resolve(container + ".json");
  }

  /** Every record that can be read. */
  static List<ManagedContainer.Identity> read(Path directory, Unreadable unreadable)
      throws IOException {
    List<ManagedContainer.Identity> records = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
      for (Path file : files) {
        try {
          records.add(ContainerRecord.decode(Files.readString(file)));
        } catch (RuntimeException e) {
          unreadable.found(file, e);
        }
      }
    }
    return records;
  }
}
