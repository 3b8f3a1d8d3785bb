package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A nested subvolume as a caller inside a container names it to the daemon. */
final class NestedSubvolume {

  private NestedSubvolume() {}

  static PositionalParamSpec positional() {
    return Options.positional("DIR", 1, 1, "Where it shows.");
  }

  /** The path of its root directory, without links, from the caller's root directory. */
  static String named(String argument, Session session) {
    Path where = HiddenDirectory.named(argument, session);
    try {
      return where.toRealPath().toString();
    } catch (IOException e) {
      throw new Failure(
          ExitCode.NOT_FOUND, "no subvolume shows at %s: see 'ctr-enc ls'".formatted(where), e);
    }
  }
}
