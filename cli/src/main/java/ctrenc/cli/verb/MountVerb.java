package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.MountContainerRequest;
import ctrenc.proto.v1.MountSnapshotRequest;
import ctrenc.proto.v1.MountSnapshotResponse;
import ctrenc.proto.v1.MountViewRequest;
import ctrenc.proto.v1.MountViewResponse;
import io.grpc.StatusException;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Shows a root that is not mounted, or at one more path. */
public final class MountVerb implements Verb {
  static final String CIPHERTEXT = "--ciphertext";
  private static final String RECURSIVE = "--recursive";

  @Override
  public String name() {
    return "mount";
  }

  @Override
  public String summary() {
    return "Mount a root or a snapshot at its own place, or bind it to a path; print where it is.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "Snapshots are mounted for reading alone. With --ciphertext a snapshot shows as the files",
        "that 'ctr-enc backup' writes, for programs such as rsync; without a snapshot, one is taken",
        "first, and its name is told on standard error. That needs no keys, and goes on when the",
        "root is locked. With --recursive what is nested in it shows in its directory, too.");
    spec.addOption(Options.flag("Show it as it is sealed: a file for each object.", CIPHERTEXT));
    spec.addOption(
        Options.flag(
            "With --ciphertext: with what is nested in it, as of one instant.", RECURSIVE));
    spec.addOption(Options.json());
    spec.addPositional(
        Options.positional(
            "NAME[@SNAPSHOT] [PATH]", 1, 2, "The container or snapshot, and a directory."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    List<String> positionals = arguments.positionals();
    MountContainerRequest.Builder request =
        MountContainerRequest.newBuilder().setReference(positionals.getFirst());
    if (positionals.size() == 2) {
      request.setPath(
          session.surroundings().directory().resolve(positionals.get(1)).normalize().toString());
    }
    if (arguments.has(RECURSIVE) && !arguments.has(CIPHERTEXT)) {
      throw Arguments.usage(
          "--recursive goes with --ciphertext alone: else what is nested shows anyway");
    }
    String path =
        arguments.has(CIPHERTEXT)
            ? view(request, arguments.has(RECURSIVE), session)
            : mounted(request, session.daemon());
    session
        .out()
        .line(
            arguments.json()
                ? Json.object(path, (json, value) -> json.field("path", value))
                : path);
    return ExitCode.OK.number();
  }

  private static String mounted(MountContainerRequest.Builder request, Connection daemon)
      throws InterruptedException {
    return SnapshotText.isReference(request.getReference())
        ? daemon.ask(() -> snapshot(daemon, request)).getPath()
        : daemon.ask(() -> daemon.containers(Connection.PATIENT).mount(request.build())).getPath();
  }

  private static String view(
      MountContainerRequest.Builder request, boolean isRecursive, Session session)
      throws IOException, InterruptedException {
    Connection daemon = session.startedDaemon();
    MountViewRequest wanted =
        MountViewRequest.newBuilder()
            .setSource(request.getReference())
            .setPath(request.getPath())
            .setRecursive(isRecursive)
            .build();
    MountViewResponse shown =
        daemon.ask(() -> daemon.transfers(Connection.PATIENT).mountView(wanted));
    session.surroundings().note("showing " + shown.getSnapshot());
    if (shown.getLeftOut() > 0) {
      session
          .surroundings()
          .note(
              "nested in it, and not shown: %d; --recursive shows them, of a snapshot that was taken with --recursive, or of none"
                  .formatted(shown.getLeftOut()));
    }
    return shown.getPath();
  }

  private static MountSnapshotResponse snapshot(
      Connection daemon, MountContainerRequest.Builder request) throws StatusException {
    return daemon
        .snapshots(Connection.PATIENT)
        .mount(
            MountSnapshotRequest.newBuilder()
                .setReference(request.getReference())
                .setPath(request.getPath())
                .build());
  }
}
