package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.AddProtectorsRequest;
import ctrenc.proto.v1.ListProtectorsResponse;
import ctrenc.proto.v1.ProtectorGroup;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Adds a way to open a root, or puts one in the place of another. */
public final class KeyAddVerb implements Verb {
  private static final int DECIMAL = 10;

  @Override
  public String name() {
    return "add";
  }

  @Override
  public String summary() {
    return "Add a way to open a root; no data is rewritten and no key is renewed.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "The root must be unlocked. A nested subvolume opens with what it is nested in until it has",
        "one of its own; then by its own alone.");
    ProtectorOptions.describeNew(spec);
    ProtectorOptions.describeNested(spec);
    spec.addPositional(Options.positional("NAME", 1, 1, "The container."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Connection daemon = session.daemon();
    List<ProtectorGroup> groups =
        ProtectorOptions.groups(arguments, session.surroundings().directory());
    if (groups.size() != 1) {
      throw Arguments.usage("say by one --protect what is to open it");
    }
    AddProtectorsRequest request =
        AddProtectorsRequest.newBuilder()
            .setReference(arguments.positional(0))
            .setGroup(groups.getFirst())
            .setSubvolume(ProtectorOptions.nested(arguments))
            .build();
    ListProtectorsResponse answer =
        daemon.ask(() -> daemon.keys(Connection.PATIENT).addProtectors(request));
    ProtectorText.printRecoveryKey(answer, session);
    return ExitCode.OK.number();
  }

  /** Of a group, as 'key ls' counts them. */
  static int number(String text) {
    try {
      int number = Integer.parseInt(text, DECIMAL);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw Arguments.usage("'%s' is no number of 'key ls'".formatted(text));
    }
    throw Arguments.usage("'%s' is no number of 'key ls'".formatted(text));
  }
}
