package ctrenc.cli.verb;

import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.StopContainerRequest;
import ctrenc.proto.v1.StopContainerResponse;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Ends the processes of containers. */
public final class StopVerb implements Verb {
  private static final String TIME = "--time";
  private static final String DEFAULT_SECONDS = "10";

  @Override
  public String name() {
    return "stop";
  }

  @Override
  public String summary() {
    return "End a container's processes: TERM, then KILL when the time is over.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(Options.value("SECONDS", "Time until KILL (default 10).", "-t", TIME));
    spec.addOption(Options.json());
    spec.addPositional(Options.positional("NAME...", 1, "The containers."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    int grace = Quantities.seconds(TIME, arguments.value(TIME).orElse(DEFAULT_SECONDS));
    Connection daemon = session.daemon();
    Each.Outcome<Container> outcome =
        Each.of(
            arguments.positionals(),
            session,
            reference -> {
              StopContainerRequest request =
                  StopContainerRequest.newBuilder()
                      .setReference(reference)
                      .setGraceSeconds(grace)
                      .build();
              StopContainerResponse stopped =
                  daemon.ask(
                      () -> daemon.containers(Connection.PATIENT.plusSeconds(grace)).stop(request));
              if (stopped.getIdle()) {
                session.surroundings().note("the container " + reference + " was not running");
              }
              return stopped.getContainer();
            });
    if (arguments.json()) {
      session.out().line(Json.array(outcome.done(), ContainerText::fields));
    } else {
      outcome.done().forEach(container -> session.out().line(ContainerText.label(container)));
    }
    return outcome.code().number();
  }
}
