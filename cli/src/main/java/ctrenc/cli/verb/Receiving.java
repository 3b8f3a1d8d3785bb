package ctrenc.cli.verb;

import com.google.protobuf.ByteString;
import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.cli.text.Progress;
import ctrenc.proto.v1.ReceiveHeader;
import ctrenc.proto.v1.ReceiveRequest;
import ctrenc.proto.v1.ReceiveResponse;
import ctrenc.proto.v1.ReceivedRoot;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a root of what comes on standard input. */
final class Receiving {
  private Receiving() {}

  /** The exit code. */
  static int run(ReceiveHeader header, boolean isJson, Session session)
      throws IOException, InterruptedException {
    if (!header.getStaged() && session.surroundings().terminals().in()) {
      throw Arguments.usage("standard input is a terminal: redirect a file or a pipe to it");
    }
    Connection daemon = session.startedDaemon();
    BlockingClientCall<ReceiveRequest, ReceiveResponse> call = daemon.transfers().receive();
    ReceiveHeader.Builder offering = header.toBuilder();
    if (!header.getStaged()) {
      session.surroundings().files().in().map(OpenFiles::of).ifPresent(offering::setFrom);
    }
    daemon.ask(() -> call.write(ReceiveRequest.newBuilder().setHeader(offering).build()));
    Upload<ReceiveRequest> upload =
        new Upload<>(session.surroundings().in(), call, Receiving::piece, "nothing was received");
    if (header.getStaged() || offering.hasFrom() && isDirect(call, daemon)) {
      call.halfClose();
    } else {
      upload.start();
    }
    ReceivedRoot received = follow(call, upload, daemon, session);
    session
        .out()
        .line(
            isJson
                ? Json.object(received.getContainer(), ContainerText::fields)
                : received.getContainer().getName());
    warn(received, session);
    return ExitCode.OK.number();
  }

  /** Whether the daemon reads standard input itself. */
  private static boolean isDirect(
      BlockingClientCall<ReceiveRequest, ReceiveResponse> call, Connection daemon)
      throws InterruptedException {
    @Nullable ReceiveResponse first = daemon.ask(call::read);
    if (first == null || !first.hasBegun()) {
      throw rootless();
    }
    return first.getBegun().getDirect();
  }

  private static ReceiveRequest piece(ByteString data) {
    return ReceiveRequest.newBuilder().setData(data).build();
  }

  private static ReceivedRoot follow(
      BlockingClientCall<ReceiveRequest, ReceiveResponse> call,
      Upload<ReceiveRequest> upload,
      Connection daemon,
      Session session)
      throws InterruptedException {
    Progress progress = session.progress();
    Optional<ReceivedRoot> received = Optional.empty();
    try {
      @Nullable ReceiveResponse response = upload.ask(daemon, call::read);
      while (response != null) {
        if (response.hasReceived()) {
          received = Optional.of(response.getReceived());
        } else {
          progress.show("receiving", response.getProgress().getDone(), 0);
        }
        response = upload.ask(daemon, call::read);
      }
    } finally {
      progress.end();
    }
    return received.orElseThrow(Receiving::rootless);
  }

  private static Failure rootless() {
    return new Failure(
        ExitCode.OTHER_VERSION,
        "the daemon ended the call without a root: stop it and start the one of this version");
  }

  private static void warn(ReceivedRoot received, Session session) {
    if (received.getNested() > 0) {
      session.surroundings().note("received with " + received.getNested() + " nested in it");
    }
    if (received.getSnapshots() > 0) {
      session
          .surroundings()
          .note("received with " + received.getSnapshots() + " earlier snapshots");
    }
    List<String> types =
        received.getGroupsList().stream().flatMap(group -> group.getTypesList().stream()).toList();
    if (types.contains("machine")) {
      session
          .surroundings()
          .note("the machine's key that opens this root is that of the machine it came from");
    }
  }
}
