package ctrenc.cli.doctor;

import java.nio.file.Path;
import java.util.Optional;

/** What can be asked of a machine without changing it. */
public interface Machine {

  /** What a file holds; empty if it is not there or cannot be read. */
  Optional<String> read(Path file);

  boolean exists(Path path);

  /** What a program prints, errors too; empty if there is none of that name. */
  Optional<String> output(String... command);
}
