package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.MountContainerRequest;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Shows a root that is not mounted, or at one more path. */
public final class MountVerb implements Verb {
  @Override
  public String name() {
    return "mount";
  }

  @Override
  public String summary() {
    return "Mount a root at its own place, or bind it to a path, and print where it is.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(Options.json());
    spec.addPositional(Options.positional("NAME [PATH]", 1, 2, "The container, and a directory."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    List<String> positionals = arguments.positionals();
    MountContainerRequest.Builder request =
        MountContainerRequest.newBuilder().setReference(positionals.getFirst());
    if (positionals.size() == 2) {
      request.setPath(
          session.surroundings().directory().resolve(positionals.get(1)).normalize().toString());
    }
    Connection daemon = session.daemon();
    String path =
        daemon.ask(() -> daemon.containers(Connection.PATIENT).mount(request.build())).getPath();
    session
        .out()
        .line(
            arguments.json()
                ? Json.object(path, (json, value) -> json.field("path", value))
                : path);
    return ExitCode.OK.number();
  }
}
