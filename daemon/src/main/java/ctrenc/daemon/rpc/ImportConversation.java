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

/** One call of Import: a header, perhaps data; progress and the image flow back. */
final class ImportConversation {

  private static final HeadedRequests.Shape<ImportImageRequest> SHAPE =
      new HeadedRequests.Shape<>(
          ImportImageRequest::hasHeader,
          ImportImageRequest::getData,
          "The first request of an import says what is imported.");

  private final ImageImports imports;
  private final RequestStream data;

  private ImportConversation(ImageImports imports, RequestStream data) {
    this.imports = imports;
    this.data = data;
  }

  static StreamObserver<ImportImageRequest> begin(
      ImageImports imports,
      ServerCallStreamObserver<ImportImageResponse> observer,
      Executor streams) {
    StreamedAnswer<ImportImageResponse> answer = new StreamedAnswer<>(observer);
    RequestStream data = RequestStream.of(observer, answer);
    ImportConversation begun = new ImportConversation(imports, data);
    return new HeadedRequests<>(
        SHAPE,
        data,
        first ->
            answer.write(
                streams, out -> send(out, begun.run(first.getHeader(), new Progress(out)))));
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
