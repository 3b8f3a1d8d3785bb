package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.AbandonRestoreRequest;
import ctrenc.proto.v1.BeginRestoreRequest;
import ctrenc.proto.v1.ReceiveHeader;
import java.io.IOException;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** Makes a root of a backup on standard input. */
public final class RestoreVerb implements Verb {
  private static final String ONLY = "--only";
  private static final String PART = "--part";
  private static final String BEGIN = "--begin";
  private static final String FINISH = "--finish";
  private static final String ABANDON = "--abandon";
  private static final String RATE = "--rate";

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
        "changed, nothing stays.",
        "",
        "With --begin no archive is read, and the path of a directory is printed: let rsync, tar or any other",
        "program put there what it saved of a root, with extended attributes. --finish makes the root of it.");
    spec.addOption(
        Options.values(
            "OBJECT",
            "Restore this file or directory alone, called as below 'objects/' in the archive.",
            ONLY));
    spec.addOption(
        Options.flag("The archive was made anew of a part of what was backed up.", PART));
    spec.addOption(
        Options.flag("Make a directory for the files of a backup, and print its path.", BEGIN));
    spec.addOption(Options.flag("Make the root of what was put into that directory.", FINISH));
    spec.addOption(Options.flag("Remove that directory.", ABANDON));
    spec.addOption(Options.value("BYTES", "Read at most so much a second, such as 10m.", RATE));
    spec.addOption(Options.json());
    spec.addPositional(Options.positional("NAME", 1, 1, "What to call it."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    String name = arguments.positional(0);
    long steps = Stream.of(BEGIN, FINISH, ABANDON).filter(arguments::has).count();
    if (steps > 1 || steps > 0 && (arguments.has(PART) || !arguments.values(ONLY).isEmpty())) {
      throw Arguments.usage(
          "--begin, --finish and --abandon are steps of restoring all of a root: give one alone");
    }
    if (arguments.has(BEGIN) || arguments.has(ABANDON)) {
      return directory(name, arguments.has(BEGIN), session);
    }
    ReceiveHeader.Builder header =
        ReceiveHeader.newBuilder()
            .setName(name)
            .setArchive(true)
            .addAllOnly(arguments.values(ONLY))
            .setPart(arguments.has(PART));
    arguments.value(RATE).ifPresent(text -> header.setBytesPerSecond(Quantities.bytes(RATE, text)));
    return Receiving.run(
        header.setStaged(arguments.has(FINISH)).build(), arguments.json(), session);
  }

  /** Makes or removes the directory for the files of a backup. */
  private static int directory(String name, boolean isMade, Session session)
      throws IOException, InterruptedException {
    Connection daemon = session.startedDaemon();
    if (isMade) {
      BeginRestoreRequest begin = BeginRestoreRequest.newBuilder().setName(name).build();
      session
          .out()
          .line(daemon.ask(() -> daemon.transfers(Connection.SOON).beginRestore(begin)).getPath());
    } else {
      AbandonRestoreRequest abandon = AbandonRestoreRequest.newBuilder().setName(name).build();
      daemon.ask(() -> daemon.transfers(Connection.PATIENT).abandonRestore(abandon));
    }
    return ExitCode.OK.number();
  }
}
