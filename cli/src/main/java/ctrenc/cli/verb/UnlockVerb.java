package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.ListProtectorsRequest;
import ctrenc.proto.v1.ListProtectorsResponse;
import ctrenc.proto.v1.UnlockRequest;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Brings a root's keys into memory. */
public final class UnlockVerb implements Verb {
  private static final String HEAD = "--head";
  private static final String ACCEPT = "--accept-rollback";
  private static final String NOT_STRICT = "--not-strict";

  @Override
  public String name() {
    return "unlock";
  }

  @Override
  public String summary() {
    return "Bring a kept root's keys into memory, so that it can be mounted and run.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "Asks for a passphrase where one may open it and no option names anything else.",
        "A nested subvolume that was locked alone, or has protectors of its own, is unlocked alone.");
    ProtectorOptions.describeHeld(spec);
    ProtectorOptions.describeNested(spec);
    spec.addOption(
        Options.value("HEAD", "Refuse a root that does not come after this, given by lock.", HEAD));
    spec.addOption(
        Options.flag("Open what is there, older or not, after a restore; it is logged.", ACCEPT));
    spec.addOption(Options.flag("From now on unlock it without a HEAD, too.", NOT_STRICT));
    spec.addPositional(Options.positional("NAME", 1, 1, "The container."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Connection daemon = session.startedDaemon();
    String reference = arguments.positional(0);
    String nested = ProtectorOptions.nested(arguments);
    boolean wantsPassphrase =
        ProtectorOptions.namesPassphrase(arguments)
            || !ProtectorOptions.namesOther(arguments)
                && mayBePassphrase(daemon, reference, nested);
    UnlockRequest request =
        UnlockRequest.newBuilder()
            .setReference(reference)
            .setSubvolume(nested)
            .setHead(arguments.value(HEAD).orElse(""))
            .setAcceptRollback(arguments.has(ACCEPT))
            .setNotStrict(arguments.has(NOT_STRICT))
            .addAllHeld(ProtectorOptions.held(arguments, wantsPassphrase))
            .build();
    daemon.ask(() -> daemon.keys(Connection.PATIENT).unlock(request));
    return ExitCode.OK.number();
  }

  private static boolean mayBePassphrase(Connection daemon, String reference, String nested)
      throws InterruptedException {
    ListProtectorsRequest request =
        ListProtectorsRequest.newBuilder().setReference(reference).setSubvolume(nested).build();
    return mayBePassphrase(daemon.ask(() -> daemon.keys(Connection.SOON).listProtectors(request)));
  }

  /** Not where the machine's key opens it alone. */
  static boolean mayBePassphrase(ListProtectorsResponse answer) {
    var groups = answer.getGroupsList();
    return groups.stream().anyMatch(group -> group.getTypesList().contains("passphrase"))
        && groups.stream()
            .noneMatch(
                group -> group.getTypesCount() == 1 && group.getTypesList().contains("machine"));
  }
}
