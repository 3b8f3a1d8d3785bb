package ctrenc.cli.verb;

import ctrenc.proto.v1.SendRequest;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Writes a root, as it is sealed, to standard output. */
public final class SendVerb implements Verb {
  private static final String SINCE = "--since";
  private static final String RATE = "--rate";
  private static final String RECURSIVE = "--recursive";
  private static final String SNAPSHOTS = "--snapshots";
  private static final String RESUME = "--resume";

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
        "Without a snapshot, one is taken first; its name is told on standard error, and its HEAD, which",
        "'unlock --head' can demand of what is received. The stream holds what opens the root, too: whoever",
        "receives it opens it with the same secrets. Where the machine's key is one of them, it is that of",
        "this machine.");
    spec.addOption(
        Options.value("NAME@SNAPSHOT", "Leave out what the receiver has of this snapshot.", SINCE));
    spec.addOption(Options.flag("Send what is nested in it, too, as of one instant.", RECURSIVE));
    spec.addOption(Options.flag("Send the snapshots that were taken before it, too.", SNAPSHOTS));
    spec.addOption(
        Options.value("POINT", "Go on where 'receive --resumable' said that it stopped.", RESUME));
    spec.addOption(Options.value("BYTES", "Send at most so much a second, such as 10m.", RATE));
    spec.addPositional(
        Options.positional("NAME[@SNAPSHOT]", 1, 1, "The root, or a snapshot of it."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    SendRequest.Builder request =
        SendRequest.newBuilder()
            .setSource(arguments.positional(0))
            .setRecursive(arguments.has(RECURSIVE))
            .setSnapshots(arguments.has(SNAPSHOTS));
    arguments.value(SINCE).ifPresent(request::setSince);
    arguments.value(RESUME).ifPresent(request::setResume);
    arguments
        .value(RATE)
        .ifPresent(text -> request.setBytesPerSecond(Quantities.bytes(RATE, text)));
    return Sending.run(request.build(), session);
  }
}
