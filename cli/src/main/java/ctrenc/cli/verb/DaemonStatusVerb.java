package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Human;
import ctrenc.cli.text.Json;
import ctrenc.cli.text.Table;
import ctrenc.proto.v1.StatusRequest;
import ctrenc.proto.v1.StatusResponse;
import java.io.IOException;
import java.time.Instant;
import picocli.CommandLine.Model.CommandSpec;

/** Shows the daemon's state; fails if none runs. */
public final class DaemonStatusVerb implements Verb {
  @Override
  public String name() {
    return "status";
  }

  @Override
  public String summary() {
    return "Show the daemon's state; exit code 6 if none runs.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(Options.json());
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    StatusResponse status = ask(session.daemon());
    session
        .out()
        .text(
            arguments.json()
                ? Json.object(status, DaemonStatusVerb::fields) + "\n"
                : table(status, session.surroundings().clock().instant()));
    return ExitCode.OK.number();
  }

  static StatusResponse ask(Connection daemon) throws InterruptedException {
    return daemon.ask(
        () -> daemon.daemon(Connection.SOON).status(StatusRequest.getDefaultInstance()));
  }

  private static String table(StatusResponse status, Instant now) {
    Table table = new Table();
    table.row("version", status.getVersion());
    table.row("pid", Long.toString(status.getPid()));
    table.row("started", Human.age(Instant.ofEpochMilli(status.getStartedAtMillis()), now));
    table.row("state", status.getStateDirectory());
    table.row("run", status.getRunDirectory());
    table.row("transport", status.getTransport());
    table.row("images", Integer.toString(status.getImages()));
    table.row(
        "containers", "%d (%d running)".formatted(status.getContainers(), status.getRunning()));
    return table.text();
  }

  private static void fields(Json json, StatusResponse status) throws IOException {
    json.field("version", status.getVersion())
        .field("pid", status.getPid())
        .field("startedAt", Instant.ofEpochMilli(status.getStartedAtMillis()))
        .field("stateDirectory", status.getStateDirectory())
        .field("runDirectory", status.getRunDirectory())
        .field("transport", status.getTransport())
        .field("images", status.getImages())
        .field("containers", status.getContainers())
        .field("running", status.getRunning());
  }
}
