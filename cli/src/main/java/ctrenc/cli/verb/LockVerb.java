package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.Holder;
import ctrenc.proto.v1.LockRequest;
import ctrenc.proto.v1.LockResponse;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Wipes a root's keys from memory. */
public final class LockVerb implements Verb {
  private static final String FORCE = "--force";
  private static final String STRICT = "--strict";

  @Override
  public String name() {
    return "lock";
  }

  @Override
  public String summary() {
    return "Write a root back, unmount it and wipe its keys from memory.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "Refused while processes use it, which are listed; no more files are opened then, until it is",
        "locked or unlocked again. With --force they go on, and all they ask of it fails with ENOKEY.",
        "A nested subvolume is locked with all in it; the rest of the root goes on.",
        "",
        "Prints the HEAD of the root and of all in it: kept elsewhere, it lets 'unlock --head' refuse",
        "an older copy.");
    spec.addOption(Options.flag("Lock it although processes use it.", "-f", FORCE));
    ProtectorOptions.describeNested(spec);
    spec.addOption(
        Options.flag("From now on unlock it with a HEAD alone; see 'unlock --head'.", STRICT));
    spec.addPositional(Options.positional("NAME", 1, 1, "The container."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Connection daemon = session.daemon();
    LockRequest request =
        LockRequest.newBuilder()
            .setReference(arguments.positional(0))
            .setForce(arguments.has(FORCE))
            .setStrict(arguments.has(STRICT))
            .setSubvolume(ProtectorOptions.nested(arguments))
            .build();
    LockResponse locked = daemon.ask(() -> daemon.keys(Connection.PATIENT).lock(request));
    print(locked, session);
    return ExitCode.OK.number();
  }

  /** Tells who goes on without keys, and prints the HEAD. */
  static void print(LockResponse locked, Session session) {
    for (Holder holder : locked.getHoldersList()) {
      session
          .surroundings()
          .note(
              "%d (%s) held %s: what it asks of it fails from now on"
                  .formatted(holder.getPid(), holder.getCommand(), holder.getPath()));
    }
    if (!locked.getHeadProblem().isEmpty()) {
      session.surroundings().note("it is locked, without a HEAD: " + locked.getHeadProblem());
    }
    if (!locked.getHead().isEmpty()) {
      session.out().line(locked.getHead());
    }
  }
}
