package ctrenc.cli.verb;

import ctrenc.proto.v1.SendRequest;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Writes a root, as it is sealed, to standard output as a tar archive. */
public final class BackupVerb implements Verb {
  private static final String SINCE = "--since";
  private static final String RECURSIVE = "--recursive";
  private static final String RATE = "--rate";

  @Override
  public String name() {
    return "backup";
  }

  @Override
  public String summary() {
    return "Write a root to standard output as a tar archive of sealed objects; needs no keys.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "Without a snapshot, one is taken first; its name is told on standard error, and its HEAD, which",
        "'unlock --head' can demand of what is restored. Each file and each directory is a member, called",
        "by the inode numbers on the way to it, as 'ls -i' shows them: their names are sealed. GNU tar lists the archive, and with --xattrs extracts it and makes it anew.");
    spec.addOption(
        Options.value(
            "NAME@SNAPSHOT",
            "Write what changed since this alone; it is restored where that was restored before.",
            SINCE));
    spec.addOption(
        Options.flag(
            "With what is nested in it, each in its directory, as of one instant.", RECURSIVE));
    spec.addOption(Options.value("BYTES", "Write at most so much a second, such as 10m.", RATE));
    spec.addPositional(
        Options.positional("NAME[@SNAPSHOT]", 1, 1, "The root, or a snapshot of it."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    SendRequest.Builder request =
        SendRequest.newBuilder()
            .setSource(arguments.positional(0))
            .setRecursive(arguments.has(RECURSIVE))
            .setArchive(true);
    arguments.value(SINCE).ifPresent(request::setSince);
    arguments
        .value(RATE)
        .ifPresent(text -> request.setBytesPerSecond(Quantities.bytes(RATE, text)));
    return Sending.run(request.build(), session);
  }
}
