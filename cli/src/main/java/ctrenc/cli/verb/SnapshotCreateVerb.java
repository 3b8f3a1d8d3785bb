package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.CreateSnapshotRequest;
import ctrenc.proto.v1.Snapshot;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Keeps what a root holds at one instant. */
public final class SnapshotCreateVerb implements Verb {
  private static final String RECURSIVE = "--recursive";

  @Override
  public String name() {
    return "create";
  }

  @Override
  public String summary() {
    return "Keep what a root holds now, whether it is in use or not, and print the snapshot's name.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "Everything that was written before is in it. It is read with 'ctr-enc mount NAME@SNAPSHOT',",
        "goes with its container, and opens with its key; 'ctr-enc fork' makes one that stays.",
        "",
        "Tells its HEAD on standard error: kept elsewhere, it lets 'unlock --head' refuse whatever is",
        "restored of the root and did not come after the snapshot.");
    spec.addOption(
        Options.flag(
            "With all subvolumes that are nested in the root, at the same instant.", RECURSIVE));
    spec.addOption(Options.json());
    spec.addPositional(
        Options.positional(
            "NAME[@SNAPSHOT]",
            1,
            1,
            "The container, and what to call the snapshot; else the time."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    String[] parts = SnapshotText.split(arguments.positional(0));
    CreateSnapshotRequest request =
        CreateSnapshotRequest.newBuilder()
            .setContainer(parts[0])
            .setName(parts[1])
            .setRecursive(arguments.has(RECURSIVE))
            .build();
    Connection daemon = session.daemon();
    Snapshot made = daemon.ask(() -> daemon.snapshots(Connection.PATIENT).create(request));
    if (arguments.json()) {
      session.out().line(Json.object(made, SnapshotCreateVerb::fields));
    } else {
      session.out().line(SnapshotText.reference(made));
      SnapshotText.note(SnapshotText.reference(made), made.getHead(), session);
    }
    return ExitCode.OK.number();
  }

  private static void fields(Json json, Snapshot made) throws IOException {
    SnapshotText.fields(json, made);
    json.field("head", made.getHead());
  }
}
