package ctrenc.daemon.config;

import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** The group that may use the daemon's sockets. Stateless. */
public final class SocketGroup {

  private static final Path GROUPS = Path.of("/etc/group");

  private SocketGroup() {}

  /** Its number; empty if the settings name none. */
  public static OptionalInt of(Settings settings) throws IOException {
    if (settings.group().isEmpty()) {
      return OptionalInt.empty();
    }
    String name = settings.group().get();
    for (String line : Files.readAllLines(GROUPS)) {
      String[] fields = line.split(":", -1);
      if (fields.length >= 3 && fields[0].equals(name)) {
        return OptionalInt.of(Integer.parseInt(fields[2]));
      }
    }
    throw RefusedException.invalid(
        "The group "
            + name
            + " of the setting ctr-enc.group does not exist: make it, or leave the setting out.");
  }
}
