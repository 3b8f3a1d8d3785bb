package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.rpc.Endpoint;
import ctrenc.cli.start.DaemonSuccession;
import ctrenc.proto.v1.HandOverRequest;
import ctrenc.proto.v1.HandOverResponse;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** Puts another daemon in the place of the one that runs. */
public final class DaemonRestartVerb implements Verb {

  @Override
  public String name() {
    return "restart";
  }

  @Override
  public String summary() {
    return "Put a new daemon in the place of the one that runs; with a keeper, containers go on.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "The new one is of the release that is installed now, with the settings of the old one."
            + " Without a keeper it is refused while there are roots that would end.");
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    if (new Endpoint(session.places().socket()).state() != Endpoint.State.LISTENING) {
      session.startDaemon(Optional.empty());
      long pid = DaemonStatusVerb.ask(session.daemon()).getPid();
      session.out().line("no daemon was running; one runs now (pid %d)".formatted(pid));
      return ExitCode.OK.number();
    }
    long before = DaemonStatusVerb.ask(session.daemon()).getPid();
    long waited = session.succeedDaemon(before, () -> handOver(session.daemon()));
    long pid = DaemonStatusVerb.ask(session.daemon()).getPid();
    session
        .out()
        .line(
            "the daemon was replaced (pid %d, now %d); callers waited for %d ms"
                .formatted(before, pid, waited));
    return ExitCode.OK.number();
  }

  private static DaemonSuccession.Left handOver(Connection daemon) throws InterruptedException {
    HandOverResponse left =
        daemon.ask(
            () -> daemon.daemon(Connection.SOON).handOver(HandOverRequest.getDefaultInstance()));
    return new DaemonSuccession.Left(left.getEnvironmentMap(), left.getManaged());
  }
}
