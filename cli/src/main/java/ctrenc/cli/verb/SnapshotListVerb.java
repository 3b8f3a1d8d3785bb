package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.ListSnapshotsRequest;
import ctrenc.proto.v1.Snapshot;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Lists snapshots. */
public final class SnapshotListVerb implements Verb {
  @Override
  public String name() {
    return "ls";
  }

  @Override
  public String summary() {
    return "List snapshots, the oldest first.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(Options.json());
    spec.addPositional(Options.positional("[NAME]", 0, 1, "Of this container; else of all."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    ListSnapshotsRequest.Builder request = ListSnapshotsRequest.newBuilder();
    arguments.positionals().forEach(request::setContainer);
    Connection daemon = session.startedDaemon();
    List<Snapshot> snapshots =
        daemon
            .ask(() -> daemon.snapshots(Connection.SOON).list(request.build()))
            .getSnapshotsList();
    session
        .out()
        .text(
            arguments.json()
                ? Json.array(snapshots, SnapshotText::fields) + "\n"
                : SnapshotText.table(snapshots, session.surroundings().clock().instant()));
    return ExitCode.OK.number();
  }
}
