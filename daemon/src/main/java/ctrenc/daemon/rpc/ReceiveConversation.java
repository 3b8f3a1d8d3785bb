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

/**
 * One call of Receive: a header, then the stream; progress and the root flow back. gRPC calls one
 * method at a time.
 */
final class ReceiveConversation implements StreamObserver<ReceiveRequest> {

  private final Containers containers;
  private final StreamedAnswer<ReceiveResponse> answer;
  private final Executor streams;
  private final RequestStream data;
  private final Optional<PeerCredentials> peer;
  private boolean isBegun;

  ReceiveConversation(
      Containers containers, ServerCallStreamObserver<ReceiveResponse> observer, Executor streams) {
    this.containers = containers;
    this.streams = streams;
    this.answer = new StreamedAnswer<>(observer);
    this.data = RequestStream.of(observer, answer);
    this.peer = Optional.ofNullable(PeerAuthorization.PEER.get());
  }

  @Override
  public void onNext(ReceiveRequest request) {
    if (isBegun) {
      data.offer(request.getData());
      return;
    }
    requireHeader(request.hasHeader());
    isBegun = true;
    answer.write(streams, out -> receive(request.getHeader(), out));
    data.more();
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

  private static void requireHeader(boolean isHeader) {
    if (!isHeader) {
      throw new CheckedFailure(
          RefusedException.invalid("The first request of a stream says what it becomes."));
    }
  }

  @Override
  public void onError(Throwable failure) {
    data.cut();
  }

  @Override
  public void onCompleted() {
    requireHeader(isBegun);
    data.end();
  }
}
