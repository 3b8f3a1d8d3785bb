package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import ctrenc.cli.process.LiveProcess;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.rpc.Endpoint;
import ctrenc.proto.v1.ShutdownRequest;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** Stops the daemon and returns when its process has ended. */
public final class DaemonStopVerb implements Verb {
  private static final String FORCE = "--force";

  @Override
  public String name() {
    return "stop";
  }

  @Override
  public String summary() {
    return "Unmount every root and stop the daemon; refused while containers run.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(spec, "Roots that are not kept lose their key with it.");
    spec.addOption(Options.flag("Stop running containers too.", "-f", FORCE));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Endpoint.State state = new Endpoint(session.places().socket()).state();
    if (state == Endpoint.State.ABSENT || state == Endpoint.State.DEAD) {
      session.out().line("no daemon was running");
      return ExitCode.OK.number();
    }
    Connection daemon = session.daemon();
    Optional<LiveProcess> process = LiveProcess.of(DaemonStatusVerb.ask(daemon).getPid());
    ShutdownRequest request = ShutdownRequest.newBuilder().setForce(arguments.has(FORCE)).build();
    daemon.ask(() -> daemon.daemon(Connection.PATIENT).shutdown(request));
    if (process.isPresent()) {
      await(process.get());
    }
    session.out().line("the daemon has stopped");
    return ExitCode.OK.number();
  }

  private static void await(LiveProcess process) throws InterruptedException {
    if (!process.awaitEnd(Connection.SOON)) {
      throw new Failure(
          ExitCode.NOT_NOW,
          "the daemon (pid %d) agreed to stop but has not ended: look at its log"
              .formatted(process.pid()));
    }
  }
}
