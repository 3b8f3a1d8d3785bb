package ctrenc.cli.verb;

import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.RemainingReader;
import ctrenc.proto.v1.RemoveContainerRequest;
import ctrenc.proto.v1.RemoveContainerResponse;
import java.io.IOException;
import java.util.List;
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
    Each.Outcome<RemoveContainerResponse> outcome =
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
              return daemon.ask(() -> daemon.containers(Connection.PATIENT).remove(request));
            });
    outcome.done().forEach(gone -> note(gone, session));
    if (arguments.json()) {
      session.out().line(Json.array(outcome.done(), RemoveVerb::fields));
    } else {
      outcome.done().forEach(gone -> session.out().line(ContainerText.label(gone.getRemoved())));
    }
    return outcome.code().number();
  }

  private static void note(RemoveContainerResponse gone, Session session) {
    LayerText.notes(ContainerText.label(gone.getRemoved()), gone.getLost())
        .forEach(session.surroundings()::note);
    if (gone.getReadersCount() > 0) {
      session.surroundings().note(remaining(gone));
    }
  }

  private static void fields(Json json, RemoveContainerResponse gone) throws IOException {
    ContainerText.fields(json, gone.getRemoved());
    json.field("lostLayers", gone.getLostLayers()).field("stillReadableBy", readers(gone));
    LayerText.fields(json, gone.getLost());
  }

  private static List<String> readers(RemoveContainerResponse gone) {
    return gone.getReadersList().stream().map(RemainingReader::getName).toList();
  }

  private static String remaining(RemoveContainerResponse gone) {
    return "%s is gone, but what it had written before can still be read where it is shared: by %s"
        .formatted(ContainerText.label(gone.getRemoved()), String.join(", ", readers(gone)));
  }
}
