package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.proto.v1.StatusResponse;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Starts the daemon and returns when it answers. */
public final class DaemonStartVerb implements Verb {
  @Override
  public String name() {
    return "start";
  }

  @Override
  public String summary() {
    return "Start the daemon and wait until it answers; one that runs is left alone.";
  }

  @Override
  public void describe(CommandSpec spec) {}

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    boolean started = session.startDaemon();
    StatusResponse status = DaemonStatusVerb.ask(session.daemon());
    session
        .out()
        .line(
            "the daemon %s (pid %d)"
                .formatted(started ? "runs" : "was running already", status.getPid()));
    return ExitCode.OK.number();
  }
}
