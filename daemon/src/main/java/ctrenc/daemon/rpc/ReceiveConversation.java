package ctrenc.daemon.rpc;

import ctrenc.daemon.container.Containers;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.Pace;
import ctrenc.proto.v1.ReceiveBegun;
import ctrenc.proto.v1.ReceiveHeader;
import ctrenc.proto.v1.ReceiveProgress;
import ctrenc.proto.v1.ReceiveRequest;
import ctrenc.proto.v1.ReceiveResponse;
import ctrenc.proto.v1.ReceivedRoot;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Optional;
import java.util.concurrent.Executor;

/** One call of Receive: a header, then the stream; progress and the root flow back. */
final class ReceiveConversation {

  private static final HeadedRequests.Shape<ReceiveRequest> SHAPE =
      new HeadedRequests.Shape<>(
          ReceiveRequest::hasHeader,
          ReceiveRequest::getData,
          "The first request of a stream says what it becomes.");

  private final Containers containers;
  private final RequestStream data;
  private final Optional<PeerCredentials> peer;

  private ReceiveConversation(Containers containers, RequestStream data) {
    this.containers = containers;
    this.data = data;
    this.peer = Optional.ofNullable(PeerAuthorization.PEER.get());
  }

  static StreamObserver<ReceiveRequest> begin(
      Containers containers, ServerCallStreamObserver<ReceiveResponse> observer, Executor streams) {
    StreamedAnswer<ReceiveResponse> answer = new StreamedAnswer<>(observer);
    RequestStream data = RequestStream.of(observer, answer);
    ReceiveConversation begun = new ReceiveConversation(containers, data);
    return new HeadedRequests<>(
        SHAPE, data, first -> answer.write(streams, out -> begun.receive(first.getHeader(), out)));
  }

  private void receive(ReceiveHeader header, StreamedAnswer<ReceiveResponse> out)
      throws IOException, InterruptedException {
    Optional<CallersFile> file =
        header.hasFrom() && peer.isPresent()
            ? CallersFile.toRead(peer.get(), header.getFrom(), out::isCancelled)
            : Optional.empty();
    try (ReadableByteChannel in = file.isPresent() ? file.get() : data) {
      if (header.hasFrom()) {
        out.send(begun(file.isPresent()));
      }
      Pace pace = Pace.of(header.getBytesPerSecond());
      ReceivedRoot received =
          containers.receive(
              header, in, new ToldProgress(out::isCancelled, pace, done -> tell(out, done)));
      out.send(ReceiveResponse.newBuilder().setReceived(received).build());
    } catch (DamagedException e) {
      // It is the stream that is damaged, and not what is stored here.
      throw new RefusedException(RefusedException.Kind.INVALID, String.valueOf(e.getMessage()), e);
    }
  }

  private static ReceiveResponse begun(boolean isDirect) {
    return ReceiveResponse.newBuilder()
        .setBegun(ReceiveBegun.newBuilder().setDirect(isDirect))
        .build();
  }

  private static void tell(StreamedAnswer<ReceiveResponse> out, long done) {
    out.offer(
        ReceiveResponse.newBuilder()
            .setProgress(ReceiveProgress.newBuilder().setDone(done))
            .build());
  }
}
