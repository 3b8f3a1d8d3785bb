package ctrenc.cli.verb;

import com.google.protobuf.ByteString;
import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Progress;
import ctrenc.proto.v1.RepairHeader;
import ctrenc.proto.v1.RepairProgress;
import ctrenc.proto.v1.RepairRequest;
import ctrenc.proto.v1.RepairResponse;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Has the daemon exchange what is damaged for what comes on standard input. */
public final class RepairVerb implements Verb {
  @Override
  public String name() {
    return "repair";
  }

  @Override
  public String summary() {
    return "Replace what is damaged by what a backup or a stream on standard input has; needs no keys.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "Roots may be in use, or locked. What is stored is verified first; of what 'ctr-enc backup' or",
        "'ctr-enc send' wrote of the same root, here or elsewhere, what fits by its checksum is taken, and",
        "nothing else changes. Records are repaired where the keys are in memory. Returns 8 if anything",
        "damaged is left.");
    StoreOptions.describeRate(spec, "Read");
    spec.addOption(Options.json());
    StoreOptions.describeRoot(spec);
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    if (session.surroundings().terminals().in()) {
      throw Arguments.usage("standard input is a terminal: redirect a file or a pipe to it");
    }
    RepairHeader.Builder header = RepairHeader.newBuilder();
    StoreOptions.root(arguments).ifPresent(header::setReference);
    StoreOptions.rate(arguments).ifPresent(header::setBytesPerSecond);
    Connection daemon = session.startedDaemon();
    BlockingClientCall<RepairRequest, RepairResponse> call = daemon.maintenance().repair();
    daemon.ask(() -> call.write(RepairRequest.newBuilder().setHeader(header).build()));
    Upload<RepairRequest> upload =
        new Upload<>(session.surroundings().in(), call, RepairVerb::piece, "what came is used");
    upload.start();
    RepairText seen = new RepairText(arguments.json());
    follow(call, upload, daemon, session, seen);
    session.out().text(seen.end());
    return (seen.isSound() ? ExitCode.OK : ExitCode.DAMAGED).number();
  }

  private static void follow(
      BlockingClientCall<RepairRequest, RepairResponse> call,
      Upload<RepairRequest> upload,
      Connection daemon,
      Session session,
      RepairText seen)
      throws IOException, InterruptedException {
    Progress progress = session.progress();
    try {
      @Nullable RepairResponse response = upload.ask(daemon, call::read);
      while (response != null) {
        if (response.hasProgress()) {
          RepairProgress step = response.getProgress();
          boolean isReading = step.getRead() > 0;
          progress.show(
              isReading ? "repairing" : "verifying",
              isReading ? step.getRead() : step.getVerified(),
              0);
        } else {
          progress.end();
          session.out().text(seen.add(response));
          session.out().flush();
        }
        response = upload.ask(daemon, call::read);
      }
    } finally {
      progress.end();
    }
  }

  private static RepairRequest piece(ByteString data) {
    return RepairRequest.newBuilder().setData(data).build();
  }
}
