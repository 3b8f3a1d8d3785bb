package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.AddProtectorsRequest;
import ctrenc.proto.v1.ListProtectorsRequest;
import ctrenc.proto.v1.ListProtectorsResponse;
import ctrenc.proto.v1.ProtectorGroup;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ctr-enc key change}. */
public final class KeyChangeVerb implements Verb {
  /** What can be made anew without saying more. */
  private static final Set<String> RENEWABLE = Set.of("passphrase", "machine", "tpm", "recovery");

  @Override
  public String name() {
    return "change";
  }

  @Override
  public String summary() {
    return "Put a new secret in the place of one that opens a root; no data is rewritten.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "The root must be unlocked. At no moment both open it, or none. Without --protect it is of the",
        "same kinds as before. The former secret still opens copies of the store that were made",
        "before; 'ctr-enc rotate' keeps what is written from now on from it.");
    ProtectorOptions.describeNew(spec);
    ProtectorOptions.describeNested(spec);
    spec.addPositional(
        Options.positional("NAME NUMBER", 2, 2, "The container, and the number in 'key ls'."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Connection daemon = session.daemon();
    String reference = arguments.positional(0);
    int number = KeyAddVerb.number(arguments.positional(1));
    List<ProtectorGroup> groups =
        ProtectorOptions.groups(arguments, session.surroundings().directory());
    if (groups.size() > 1) {
      throw Arguments.usage("say by one --protect what is to open it");
    }
    ProtectorGroup wanted =
        groups.isEmpty() ? ofSameKinds(daemon, reference, number, arguments) : groups.getFirst();
    AddProtectorsRequest request =
        AddProtectorsRequest.newBuilder()
            .setReference(reference)
            .setGroup(wanted)
            .setReplaces(number)
            .setSubvolume(ProtectorOptions.nested(arguments))
            .build();
    ListProtectorsResponse answer =
        daemon.ask(() -> daemon.keys(Connection.PATIENT).addProtectors(request));
    ProtectorText.printRecoveryKey(answer, session);
    return ExitCode.OK.number();
  }

  private static ProtectorGroup ofSameKinds(
      Connection daemon, String reference, int number, Arguments arguments)
      throws InterruptedException {
    ListProtectorsRequest request =
        ListProtectorsRequest.newBuilder()
            .setReference(reference)
            .setSubvolume(ProtectorOptions.nested(arguments))
            .build();
    var groups =
        daemon.ask(() -> daemon.keys(Connection.SOON).listProtectors(request)).getGroupsList();
    if (number > groups.size()) {
      throw Arguments.usage("there is no number %d in 'key ls'".formatted(number));
    }
    List<String> kinds = groups.get(number - 1).getTypesList();
    if (!RENEWABLE.containsAll(kinds)) {
      throw Arguments.usage(
          "say by --protect what comes in the place of: %s".formatted(String.join(" + ", kinds)));
    }
    return ProtectorOptions.group(String.join("+", kinds), arguments);
  }
}
