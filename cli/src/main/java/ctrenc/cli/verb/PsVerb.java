package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ListContainersRequest;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Lists containers and roots. */
public final class PsVerb implements Verb {
  private static final String QUIET = "--quiet";

  @Override
  public String name() {
    return "ps";
  }

  @Override
  public String summary() {
    return "List all containers, running or not, and roots without a process.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(Options.flag("Print ids only.", "-q", QUIET));
    spec.addOption(Options.json());
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    List<Container> containers = containers(session);
    if (arguments.json()) {
      session.out().line(Json.array(containers, ContainerText::fields));
    } else if (arguments.has(QUIET)) {
      containers.forEach(container -> session.out().line(container.getId()));
    } else {
      session.out().text(ContainerText.table(containers, session.surroundings().clock().instant()));
      tellOfCutStreams(session);
    }
    return ExitCode.OK.number();
  }

  /** What came of them takes space for as long as nobody goes on with it, and is in no root. */
  private static void tellOfCutStreams(Session session) throws InterruptedException {
    if (session.surroundings().isInContainer()) {
      return;
    }
    int kept = ReceiveVerb.kept(session.daemon()).size();
    if (kept > 0) {
      session
          .surroundings()
          .note(
              "parts of %d cut stream%s take space: 'ctr-enc receive --kept' says where to go on"
                      .formatted(kept, kept == 1 ? "" : "s")
                  + " ('send --resume POINT') or what to drop ('receive --drop POINT')");
    }
  }

  /** All that the daemon has, running or not. */
  static List<Container> containers(Session session) throws InterruptedException {
    Connection daemon = session.daemon();
    ListContainersRequest request = ListContainersRequest.getDefaultInstance();
    boolean inside = session.surroundings().isInContainer();
    return daemon
        .ask(
            () ->
                inside
                    ? daemon.nested(Connection.SOON).list(request)
                    : daemon.containers(Connection.SOON).list(request))
        .getContainersList();
  }
}
