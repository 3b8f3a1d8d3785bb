package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Human;
import ctrenc.cli.text.Progress;
import ctrenc.proto.v1.SendRequest;
import ctrenc.proto.v1.SendResponse;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Writes a root, as it is sealed, to standard output. */
public final class SendVerb implements Verb {
  private static final String SINCE = "--since";
  private static final String RATE = "--rate";

  @Override
  public String name() {
    return "send";
  }

  @Override
  public String summary() {
    return "Write a root to standard output as it is sealed, for 'ctr-enc receive'; needs no keys.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "Without a snapshot, one is taken first, and its name is told on standard error. The stream holds",
        "what opens the root, too: whoever receives it opens it with the same secrets. Where the machine's",
        "key is one of them, it is that of this machine.");
    spec.addOption(
        Options.value("NAME@SNAPSHOT", "Leave out what the receiver has of this snapshot.", SINCE));
    spec.addOption(Options.value("BYTES", "Send at most so much a second, such as 10m.", RATE));
    spec.addPositional(
        Options.positional("NAME[@SNAPSHOT]", 1, 1, "The root, or a snapshot of it."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    if (session.surroundings().terminals().out()) {
      throw Arguments.usage(
          "standard output is a terminal: redirect the stream to a file or a pipe");
    }
    SendRequest.Builder request = SendRequest.newBuilder().setSource(arguments.positional(0));
    arguments.value(SINCE).ifPresent(request::setSince);
    arguments
        .value(RATE)
        .ifPresent(text -> request.setBytesPerSecond(Quantities.bytes(RATE, text)));
    Connection daemon = session.startedDaemon();
    BlockingClientCall<?, SendResponse> call = daemon.transfers().send(request.build());
    Progress progress =
        new Progress(
            session.surroundings().err(),
            session.surroundings().terminals().err(),
            (stage, amount) -> Human.size(amount));
    try {
      write(call, daemon, session, progress);
    } finally {
      progress.end();
    }
    return ExitCode.OK.number();
  }

  private static void write(
      BlockingClientCall<?, SendResponse> call,
      Connection daemon,
      Session session,
      Progress progress)
      throws InterruptedException {
    long total = 0;
    long done = 0;
    SendResponse response = daemon.ask(call::read);
    while (response != null) {
      if (response.hasBegun()) {
        total = response.getBegun().getTotal();
        session.surroundings().note("sending " + response.getBegun().getSnapshot());
      } else {
        session.out().bytes(response.getData().toByteArray());
        done += response.getData().size();
        progress.show("sending", done, Math.max(done, total));
      }
      response = daemon.ask(call::read);
    }
    session.out().flush();
  }
}
