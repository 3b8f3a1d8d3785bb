package ctrenc.cli.verb;

import ctrenc.proto.v1.ReceiveHeader;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Makes a root of a backup on standard input. */
public final class RestoreVerb implements Verb {
  private static final String ONLY = "--only";
  private static final String PART = "--part";

  @Override
  public String name() {
    return "restore";
  }

  @Override
  public String summary() {
    return "Make a root of what 'ctr-enc backup' wrote, read from standard input; needs no keys.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "Prints the root's name. It is locked, and opens with what opened it when it was backed up. With",
        "--only it has what was picked, on the image that the root stands on. Of an archive that is cut or",
        "changed, nothing stays.");
    spec.addOption(
        Options.values(
            "OBJECT",
            "Restore this file or directory alone, called as below 'objects/' in the archive.",
            ONLY));
    spec.addOption(
        Options.flag("The archive was made anew of a part of what was backed up.", PART));
    spec.addOption(Options.json());
    spec.addPositional(Options.positional("NAME", 1, 1, "What to call it."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    ReceiveHeader header =
        ReceiveHeader.newBuilder()
            .setName(arguments.positional(0))
            .setArchive(true)
            .addAllOnly(arguments.values(ONLY))
            .setPart(arguments.has(PART))
            .build();
    return Receiving.run(header, arguments.json(), session);
  }
}
