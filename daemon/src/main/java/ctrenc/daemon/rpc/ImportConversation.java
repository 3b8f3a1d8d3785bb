package ctrenc.daemon.rpc;

import ctrenc.daemon.image.ImageImports;
import ctrenc.daemon.image.ImportProgress;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.ImageInfo;
import ctrenc.proto.v1.ImportImageHeader;
import ctrenc.proto.v1.ImportImageProgress;
import ctrenc.proto.v1.ImportImageRequest;
import ctrenc.proto.v1.ImportImageResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/**
 * One call of Import: a header, perhaps data; progress and the image flow back. gRPC calls one
 * method at a time.
 */
final class ImportConversation implements StreamObserver<ImportImageRequest> {

  private final ImageImports imports;
  private final StreamedAnswer<ImportImageResponse> answer;
  private final Executor streams;
  private final RequestStream data;
  private boolean isBegun;

  ImportConversation(
      ImageImports imports,
      ServerCallStreamObserver<ImportImageResponse> observer,
      Executor streams) {
    this.imports = imports;
    this.streams = streams;
    this.answer = new StreamedAnswer<>(observer);
    this.data = RequestStream.of(observer, answer);
  }

  @Override
  public void onNext(ImportImageRequest request) {
    if (isBegun) {
      data.offer(request.getData());
      return;
    }
    if (!request.hasHeader()) {
      throw new CheckedFailure(
          RefusedException.invalid("The first request of an import says what is imported."));
    }
    isBegun = true;
    ImportImageHeader header = request.getHeader();
    answer.write(streams, out -> send(out, run(header, new Progress(out))));
    data.more();
  }

  private ImageInfo run(ImportImageHeader header, Progress progress) throws IOException {
    return switch (header.getSourceCase()) {
      case PATH ->
          imports.importPath(
              header.getName(), Path.of(header.getPath()), header.getDevices(), progress);
      case STREAM -> imports.importStream(header.getName(), data, header.getDevices(), progress);
      case SOURCE_NOT_SET ->
          throw RefusedException.invalid("The import names neither a path nor a stream.");
    };
  }

  private static void send(StreamedAnswer<ImportImageResponse> out, ImageInfo image)
      throws InterruptedException {
    out.send(ImportImageResponse.newBuilder().setImage(ImagesEndpoint.view(image)).build());
  }

  @Override
  public void onError(Throwable failure) {
    data.cut();
  }

  @Override
  public void onCompleted() {
    if (!isBegun) {
      throw new CheckedFailure(
          RefusedException.invalid("The first request of an import says what is imported."));
    }
    data.end();
  }

  /** Progress that the caller has no room for is left out. */
  private record Progress(StreamedAnswer<ImportImageResponse> out) implements ImportProgress {

    @Override
    public void unpacked(long bytes) throws RefusedException {
      if (out.isCancelled()) {
        throw RefusedException.cancelled("The import was given up.");
      }
      tell("unpacking", bytes);
    }

    @Override
    public void indexed(long files) {
      tell("indexing", files);
    }

    private void tell(String stage, long done) {
      out.offer(
          ImportImageResponse.newBuilder()
              .setProgress(ImportImageProgress.newBuilder().setStage(stage).setDone(done))
              .build());
    }
  }
}
