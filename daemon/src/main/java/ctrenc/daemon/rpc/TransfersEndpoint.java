package ctrenc.daemon.rpc;

import com.google.protobuf.ByteString;
import ctrenc.daemon.container.Containers;
import ctrenc.daemon.container.RootTransfers;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.storage.Pace;
import ctrenc.proto.v1.AbandonRestoreRequest;
import ctrenc.proto.v1.AbandonRestoreResponse;
import ctrenc.proto.v1.BeginRestoreRequest;
import ctrenc.proto.v1.BeginRestoreResponse;
import ctrenc.proto.v1.DropKeptRequest;
import ctrenc.proto.v1.DropKeptResponse;
import ctrenc.proto.v1.ListKeptRequest;
import ctrenc.proto.v1.ListKeptResponse;
import ctrenc.proto.v1.MountViewRequest;
import ctrenc.proto.v1.MountViewResponse;
import ctrenc.proto.v1.ReceiveRequest;
import ctrenc.proto.v1.ReceiveResponse;
import ctrenc.proto.v1.SendBegun;
import ctrenc.proto.v1.SendProgress;
import ctrenc.proto.v1.SendRequest;
import ctrenc.proto.v1.SendResponse;
import ctrenc.proto.v1.TransfersGrpc;
import ctrenc.proto.v1.UnmountViewRequest;
import ctrenc.proto.v1.UnmountViewResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;

/** The service ctrenc.v1.Transfers. */
public final class TransfersEndpoint extends TransfersGrpc.TransfersImplBase {

  private static final int PIECE = 1 << 20;

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
    Optional<PeerCredentials> peer = Optional.ofNullable(PeerAuthorization.PEER.get());
    answer.write(streams, out -> send(request, peer, out));
  }

  private void send(
      SendRequest request, Optional<PeerCredentials> peer, StreamedAnswer<SendResponse> answer)
      throws IOException, InterruptedException {
    RootTransfers transfers = containers.transfers();
    RootTransfers.Sending sending = transfers.prepare(request);
    Optional<CallersFile> file =
        request.hasTo() && peer.isPresent()
            ? CallersFile.toWrite(peer.get(), request.getTo(), answer::isCancelled)
            : Optional.empty();
    try (WritableByteChannel out = file.isPresent() ? file.get() : new Pieces(answer)) {
      answer.send(SendResponse.newBuilder().setBegun(begun(sending, file.isPresent())).build());
      Pace pace = Pace.of(request.getBytesPerSecond());
      TransferProgress progress =
          file.isPresent()
              ? new ToldProgress(answer::isCancelled, Pace.unlimited(), done -> tell(answer, done))
              : done -> {};
      transfers.send(sending, pace, out, progress);
    } catch (CallersFile.ReaderGoneException _) {
      answer.send(SendResponse.newBuilder().setReaderGone(true).build());
    }
  }

  private static SendBegun begun(RootTransfers.Sending sending, boolean isDirect) {
    return SendBegun.newBuilder()
        .setSnapshot(sending.reference())
        .setTotal(sending.amount().bytes())
        .setIncrement(sending.amount().goesOn())
        .setNested(sending.amount().nested())
        .setSnapshots(sending.amount().earlier())
        .setDirect(isDirect)
        .setHead(sending.head())
        .build();
  }

  private static void tell(StreamedAnswer<SendResponse> answer, long done) {
    answer.offer(
        SendResponse.newBuilder().setProgress(SendProgress.newBuilder().setDone(done)).build());
  }

  @Override
  public StreamObserver<ReceiveRequest> receive(StreamObserver<ReceiveResponse> observer) {
    return ReceiveConversation.begin(
        containers, (ServerCallStreamObserver<ReceiveResponse>) observer, streams);
  }

  @Override
  public void mountView(MountViewRequest request, StreamObserver<MountViewResponse> observer) {
    Optional<Path> target =
        request.getPath().isEmpty() ? Optional.empty() : Optional.of(Path.of(request.getPath()));
    Answer.with(
        observer,
        () -> {
          RootTransfers.View view =
              containers.transfers().show(request.getSource(), request.getRecursive(), target);
          return MountViewResponse.newBuilder()
              .setPath(view.path().toString())
              .setSnapshot(view.reference())
              .setLeftOut(view.leftOut())
              .build();
        });
  }

  @Override
  public void unmountView(
      UnmountViewRequest request, StreamObserver<UnmountViewResponse> observer) {
    Answer.with(
        observer,
        () -> {
          containers.transfers().takeDown(request.getSource());
          return UnmountViewResponse.getDefaultInstance();
        });
  }

  @Override
  public void beginRestore(
      BeginRestoreRequest request, StreamObserver<BeginRestoreResponse> observer) {
    Answer.with(
        observer,
        () ->
            BeginRestoreResponse.newBuilder()
                .setPath(containers.transfers().staged().begin(request.getName()).toString())
                .build());
  }

  @Override
  public void abandonRestore(
      AbandonRestoreRequest request, StreamObserver<AbandonRestoreResponse> observer) {
    Answer.with(
        observer,
        () -> {
          containers.transfers().staged().drop(request.getName());
          return AbandonRestoreResponse.getDefaultInstance();
        });
  }

  @Override
  public void listKept(ListKeptRequest request, StreamObserver<ListKeptResponse> observer) {
    Answer.with(
        observer,
        () -> ListKeptResponse.newBuilder().addAllPoints(containers.transfers().kept()).build());
  }

  @Override
  public void dropKept(DropKeptRequest request, StreamObserver<DropKeptResponse> observer) {
    Answer.with(
        observer,
        () -> {
          containers.transfers().drop(request.getPoint());
          return DropKeptResponse.getDefaultInstance();
        });
  }

  /** Sends what is written, when the caller is ready for it. */
  private static final class Pieces implements WritableByteChannel {

    private final StreamedAnswer<SendResponse> answer;

    Pieces(StreamedAnswer<SendResponse> answer) {
      this.answer = answer;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      int length = bytes.remaining();
      while (bytes.hasRemaining()) {
        ByteString data = ByteString.copyFrom(bytes, Math.min(PIECE, bytes.remaining()));
        send(SendResponse.newBuilder().setData(data).build());
      }
      return length;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {
      // The call ends with what sends.
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
