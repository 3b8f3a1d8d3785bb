package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.InspectContainerRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** Shows all that is known of containers, with their sizes. */
public final class InspectVerb implements Verb {
  @Override
  public String name() {
    return "inspect";
  }

  @Override
  public String summary() {
    return "Show all that is known of containers, with their sizes.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(Options.json());
    spec.addPositional(Options.positional("NAME...", 1, "The containers."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Connection daemon = session.daemon();
    List<Container> containers = new ArrayList<>();
    for (String reference : arguments.positionals()) {
      InspectContainerRequest request =
          InspectContainerRequest.newBuilder().setReference(reference).build();
      containers.add(daemon.ask(() -> daemon.containers(Connection.SOON).inspect(request)));
    }
    if (arguments.json()) {
      session.out().line(Json.array(containers, ContainerText::inspectedFields));
    } else {
      session
          .out()
          .text(
              containers.stream()
                  .map(c -> ContainerText.details(c, session.surroundings().clock().instant()))
                  .collect(Collectors.joining("\n")));
    }
    return ExitCode.OK.number();
  }
}
