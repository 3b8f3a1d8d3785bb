package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import java.nio.file.Path;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A snapshot as a caller inside a container names it: a directory and a name. */
record NestedSnapshot(HiddenDirectory in, String name) {
  static final String PLACE = "snapshots";

  static PositionalParamSpec positional() {
    return Options.positional(
        "DIR@SNAPSHOT", 1, 1, "A directory of the subvolume, and what the snapshot is called.");
  }

  static NestedSnapshot named(String argument, Session session) {
    int at = argument.lastIndexOf('@');
    String name = argument.substring(at + 1);
    if (at < 0 || name.isEmpty() || name.contains("/") || name.startsWith(".")) {
      throw new Failure(
          ExitCode.USAGE, "'%s' names no snapshot: write DIR@SNAPSHOT".formatted(argument));
    }
    Path directory = HiddenDirectory.named(argument.substring(0, at), session);
    return new NestedSnapshot(new HiddenDirectory(directory), name);
  }

  /** Where the directory is read as it was. */
  Path path() {
    return in.directory().resolve(".ctr-enc").resolve(PLACE).resolve(name);
  }
}
