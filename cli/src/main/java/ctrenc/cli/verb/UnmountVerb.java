package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.UnmountContainerRequest;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Takes a root's mounts away; its contents stay. */
public final class UnmountVerb implements Verb {
  @Override
  public String name() {
    return "umount";
  }

  @Override
  public String summary() {
    return "Unmount a root everywhere; its contents stay.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addPositional(Options.positional("NAME", 1, 1, "The container."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    UnmountContainerRequest request =
        UnmountContainerRequest.newBuilder().setReference(arguments.positional(0)).build();
    Connection daemon = session.daemon();
    daemon.ask(() -> daemon.containers(Connection.PATIENT).unmount(request));
    return ExitCode.OK.number();
  }
}
