package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import ctrenc.cli.rpc.Places;
import ctrenc.proto.v1.StatusResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
  public void describe(CommandSpec spec) {
    TransportOption.describe(spec);
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Optional<String> transport = TransportOption.name(arguments);
    boolean started = session.startDaemon(transport);
    StatusResponse status = DaemonStatusVerb.ask(session.daemon());
    requireState(session.places().state(), status);
    if (transport.isPresent() && !TransportOption.isMet(transport.get(), status.getTransport())) {
      throw new Failure(
          ExitCode.NOT_NOW,
          "a daemon runs already with the transport %s (pid %d): stop it first by 'ctr-enc daemon stop'"
              .formatted(status.getTransport(), status.getPid()));
    }
    session
        .out()
        .line(
            "the daemon %s (pid %d)"
                .formatted(started ? "runs" : "was running already", status.getPid()));
    return ExitCode.OK.number();
  }

  /** Whoever names no state directory means the daemon that is there. */
  private static void requireState(Path wanted, StatusResponse status) throws IOException {
    Path used = Path.of(status.getStateDirectory());
    if (wanted.equals(Path.of(Places.DEFAULT_STATE))
        || wanted.equals(used)
        || Files.exists(wanted) && Files.exists(used) && Files.isSameFile(wanted, used)) {
      return;
    }
    throw new Failure(
        ExitCode.NOT_NOW,
        "a daemon runs already with the state directory %s (pid %d): stop it first by 'ctr-enc daemon stop', or name another run directory"
            .formatted(used, status.getPid()));
  }
}
