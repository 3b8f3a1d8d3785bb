package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.SnapshotRequest;
import ctrenc.proto.v1.UnmountContainerRequest;
import ctrenc.proto.v1.UnmountViewRequest;
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
    return "Unmount a root or a snapshot everywhere; its contents stay.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "With --ciphertext what 'ctr-enc mount --ciphertext' showed is taken away: of a snapshot, or of all.");
    spec.addOption(
        Options.flag("Take away what shows the root as it is sealed.", MountVerb.CIPHERTEXT));
    spec.addPositional(Options.positional("NAME[@SNAPSHOT]", 1, 1, "The container or snapshot."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    String reference = arguments.positional(0);
    Connection daemon = session.daemon();
    if (arguments.has(MountVerb.CIPHERTEXT)) {
      UnmountViewRequest request = UnmountViewRequest.newBuilder().setSource(reference).build();
      daemon.ask(() -> daemon.transfers(Connection.PATIENT).unmountView(request));
    } else if (SnapshotText.isReference(reference)) {
      SnapshotRequest request = SnapshotRequest.newBuilder().setReference(reference).build();
      daemon.ask(() -> daemon.snapshots(Connection.PATIENT).unmount(request));
    } else {
      UnmountContainerRequest request =
          UnmountContainerRequest.newBuilder().setReference(reference).build();
      daemon.ask(() -> daemon.containers(Connection.PATIENT).unmount(request));
    }
    return ExitCode.OK.number();
  }
}
