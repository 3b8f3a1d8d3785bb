package ctrenc.daemon.rpc;

import com.google.protobuf.ByteString;
import ctrenc.daemon.container.Containers;
import ctrenc.daemon.container.RootTransfers;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.storage.Pace;
import ctrenc.proto.v1.ReceiveRequest;
import ctrenc.proto.v1.ReceiveResponse;
import ctrenc.proto.v1.SendBegun;
import ctrenc.proto.v1.SendRequest;
import ctrenc.proto.v1.SendResponse;
import ctrenc.proto.v1.TransfersGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Executor;

/** The service ctrenc.v1.Transfers. */
public final class TransfersEndpoint extends TransfersGrpc.TransfersImplBase {

  private static final int PIECE = 256 << 10;

  private final Containers containers;
  private final Executor streams;

  /** {@code streams} moves the data; each stream takes a thread until it ends. */
  public TransfersEndpoint(Containers containers, Executor streams) {
    this.containers = containers;
    this.streams = streams;
  }

  @Override
  public void send(SendRequest request, StreamObserver<SendResponse> observer) {
    StreamedAnswer<SendResponse> answer =
        new StreamedAnswer<>((ServerCallStreamObserver<SendResponse>) observer);
    answer.write(streams, out -> send(request, out));
  }

  private void send(SendRequest request, StreamedAnswer<SendResponse> answer)
      throws IOException, InterruptedException {
    RootTransfers transfers = containers.transfers();
    RootTransfers.Sending sending =
        transfers.prepare(request.getSource(), request.getSince(), request.getArchive());
    SendBegun begun =
        SendBegun.newBuilder().setSnapshot(sending.reference()).setTotal(sending.total()).build();
    answer.send(SendResponse.newBuilder().setBegun(begun).build());
    try (OutputStream pieces = new BufferedOutputStream(new Pieces(answer), PIECE)) {
      transfers.send(sending, Pace.of(request.getBytesPerSecond()), pieces);
    }
  }

  @Override
  public StreamObserver<ReceiveRequest> receive(StreamObserver<ReceiveResponse> observer) {
    return new ReceiveConversation(
        containers, (ServerCallStreamObserver<ReceiveResponse>) observer, streams);
  }

  /** Sends what is written, when the caller is ready for it. */
  private static final class Pieces extends OutputStream {

    private final StreamedAnswer<SendResponse> answer;

    Pieces(StreamedAnswer<SendResponse> answer) {
      this.answer = answer;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int from = offset;
      int end = offset + length;
      while (from < end) {
        int size = Math.min(PIECE, end - from);
        ByteString data = ByteString.copyFrom(bytes, from, size);
        send(SendResponse.newBuilder().setData(data).build());
        from += size;
      }
    }

    private void send(SendResponse part) throws IOException {
      try {
        if (!answer.send(part)) {
          throw RefusedException.cancelled("The stream was given up.");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("Sending was interrupted.", e);
      }
    }
  }
}
