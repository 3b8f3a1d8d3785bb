package ctrenc.cli.verb;

import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.RemoveContainerRequest;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Destroys roots and their keys. */
public final class RemoveVerb implements Verb {
  private static final String FORCE = "--force";
  private static final String SNAPSHOTS = "--snapshots";

  @Override
  public String name() {
    return "rm";
  }

  @Override
  public String summary() {
    return "Destroy a container's root and key; nothing can bring its data back.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(Options.flag("Kill what runs in it first.", "-f", FORCE));
    spec.addOption(Options.flag("Its snapshots, which go with it, may go.", SNAPSHOTS));
    spec.addOption(Options.json());
    spec.addPositional(Options.positional("NAME...", 1, "The containers."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Connection daemon = session.daemon();
    Each.Outcome<Container> outcome =
        Each.of(
            arguments.positionals(),
            session,
            reference -> {
              RemoveContainerRequest request =
                  RemoveContainerRequest.newBuilder()
                      .setReference(reference)
                      .setForce(arguments.has(FORCE))
                      .setSnapshots(arguments.has(SNAPSHOTS))
                      .build();
              return daemon
                  .ask(() -> daemon.containers(Connection.PATIENT).remove(request))
                  .getRemoved();
            });
    if (arguments.json()) {
      session.out().line(Json.array(outcome.done(), ContainerText::fields));
    } else {
      outcome.done().forEach(container -> session.out().line(ContainerText.label(container)));
    }
    return outcome.code().number();
  }
}
