package ctrenc.cli.verb;

import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.Snapshot;
import ctrenc.proto.v1.SnapshotRequest;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Forgets snapshots. */
public final class SnapshotRemoveVerb implements Verb {
  @Override
  public String name() {
    return "rm";
  }

  @Override
  public String summary() {
    return "Remove snapshots; the roots they were made of stay as they are.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(Options.json());
    spec.addPositional(Options.positional("NAME@SNAPSHOT...", 1, "The snapshots."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Connection daemon = session.daemon();
    Each.Outcome<Snapshot> outcome =
        Each.of(
            arguments.positionals(),
            session,
            reference -> {
              SnapshotRequest request =
                  SnapshotRequest.newBuilder().setReference(reference).build();
              return daemon.ask(() -> daemon.snapshots(Connection.PATIENT).remove(request));
            });
    for (Snapshot gone : outcome.done()) {
      LayerText.notes(SnapshotText.reference(gone), gone.getLost())
          .forEach(session.surroundings()::note);
    }
    if (arguments.json()) {
      session.out().line(Json.array(outcome.done(), SnapshotRemoveVerb::fields));
    } else {
      outcome.done().forEach(snapshot -> session.out().line(SnapshotText.reference(snapshot)));
    }
    return outcome.code().number();
  }

  private static void fields(Json json, Snapshot gone) throws IOException {
    SnapshotText.fields(json, gone);
    LayerText.fields(json, gone.getLost());
  }
}
