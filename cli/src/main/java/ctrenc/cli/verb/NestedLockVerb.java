package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.LockRequest;
import ctrenc.proto.v1.LockResponse;
import picocli.CommandLine.Model.CommandSpec;

/** Wipes the keys of a subvolume that is nested in the caller's container. */
public final class NestedLockVerb implements Verb {
  private static final String FORCE = "--force";

  @Override
  public String name() {
    return "lock";
  }

  @Override
  public String summary() {
    return "Write a nested subvolume back and wipe its keys from memory.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "For its owner. Refused while processes use it, which are listed. With --force they go on,",
        "and all they ask of it fails with ENOKEY. Prints the HEAD of it and of all in it.");
    spec.addOption(Options.flag("Lock it although processes use it.", "-f", FORCE));
    spec.addPositional(NestedSubvolume.positional());
  }

  @Override
  public int call(Arguments arguments, Session session) throws InterruptedException {
    LockRequest request =
        LockRequest.newBuilder()
            .setReference(NestedSubvolume.named(arguments.positional(0), session))
            .setForce(arguments.has(FORCE))
            .build();
    Connection daemon = session.daemon();
    LockResponse locked = daemon.ask(() -> daemon.nested(Connection.PATIENT).lock(request));
    LockVerb.print(locked, session);
    return ExitCode.OK.number();
  }
}
