package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.DropKeptRequest;
import ctrenc.proto.v1.ListKeptRequest;
import ctrenc.proto.v1.ReceiveHeader;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** Makes a root of a stream on standard input. */
public final class ReceiveVerb implements Verb {
  private static final String RESUMABLE = "--resumable";
  private static final String KEPT = "--kept";
  private static final String DROP = "--drop";
  private static final String RATE = "--rate";

  @Override
  public String name() {
    return "receive";
  }

  @Override
  public String summary() {
    return "Make a root of what 'ctr-enc send' wrote, read from standard input; needs no keys.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "Prints the root's name. It is locked, and opens with what opened it where it came from; the",
        "snapshot that was sent is there too. Of a stream that is cut or changed, nothing stays; or,",
        "with --resumable, what came of it, and the failure says how to send the rest.");
    spec.addOption(Options.value("BYTES", "Read at most so much a second, such as 10m.", RATE));
    spec.addOption(Options.flag("Keep what comes of a stream that is cut.", RESUMABLE));
    spec.addOption(Options.flag("List where streams go on that were cut.", KEPT));
    spec.addOption(Options.value("POINT", "Drop what was kept of such a stream.", DROP));
    spec.addOption(Options.json());
    spec.addPositional(Options.positional("[NAME]", 0, 1, "What to call it."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    boolean isNamed = !arguments.positionals().isEmpty();
    Optional<String> dropped = arguments.value(DROP);
    boolean isAboutKept = arguments.has(KEPT) || dropped.isPresent();
    if (isNamed == isAboutKept) {
      throw Arguments.usage("receive takes a NAME, or --kept, or --drop");
    }
    if (dropped.isPresent()) {
      Connection daemon = session.startedDaemon();
      DropKeptRequest request = DropKeptRequest.newBuilder().setPoint(dropped.get()).build();
      daemon.ask(() -> daemon.transfers().dropKept(request));
      return ExitCode.OK.number();
    }
    if (arguments.has(KEPT)) {
      kept(session.startedDaemon()).forEach(session.out()::line);
      return ExitCode.OK.number();
    }
    ReceiveHeader.Builder header =
        ReceiveHeader.newBuilder()
            .setName(arguments.positional(0))
            .setResumable(arguments.has(RESUMABLE));
    arguments.value(RATE).ifPresent(text -> header.setBytesPerSecond(Quantities.bytes(RATE, text)));
    return Receiving.run(header.build(), arguments.json(), session);
  }

  /** Where streams go on that were cut. */
  static List<String> kept(Connection daemon) throws InterruptedException {
    ListKeptRequest request = ListKeptRequest.getDefaultInstance();
    return daemon.ask(() -> daemon.transfers(Connection.SOON).listKept(request)).getPointsList();
  }
}
