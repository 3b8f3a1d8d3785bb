package ctrenc.daemon.rpc;

import ctrenc.daemon.image.ImageImports;
import ctrenc.overlay.subvolume.ImageInfo;
import ctrenc.overlay.subvolume.Images;
import ctrenc.proto.v1.Image;
import ctrenc.proto.v1.ImagesGrpc;
import ctrenc.proto.v1.ImportImageRequest;
import ctrenc.proto.v1.ImportImageResponse;
import ctrenc.proto.v1.ListImagesRequest;
import ctrenc.proto.v1.ListImagesResponse;
import ctrenc.proto.v1.RemoveImageRequest;
import ctrenc.proto.v1.RemoveImageResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;

/** The service ctrenc.v1.Images. */
public final class ImagesEndpoint extends ImagesGrpc.ImagesImplBase {

  private final Images images;
  private final ImageImports imports;
  private final Executor streams;

  /** {@code streams} runs imports; each takes a thread until it ends. */
  public ImagesEndpoint(Images images, ImageImports imports, Executor streams) {
    this.images = images;
    this.imports = imports;
    this.streams = streams;
  }

  @Override
  @SuppressWarnings("MethodCanBeStatic") // An RPC.
  public StreamObserver<ImportImageRequest> import_(StreamObserver<ImportImageResponse> observer) {
    return ImportConversation.begin(
        imports, (ServerCallStreamObserver<ImportImageResponse>) observer, streams);
  }

  @Override
  public void list(ListImagesRequest request, StreamObserver<ListImagesResponse> observer) {
    Answer.with(
        observer,
        () ->
            ListImagesResponse.newBuilder()
                .addAllImages(images.list().stream().map(ImagesEndpoint::view).toList())
                .build());
  }

  @Override
  public void remove(RemoveImageRequest request, StreamObserver<RemoveImageResponse> observer) {
    Answer.with(
        observer,
        () ->
            RemoveImageResponse.newBuilder()
                .setRemoved(view(imports.remove(request.getReference())))
                .build());
  }

  static Image view(ImageInfo image) {
    return Image.newBuilder()
        .setId(image.id().toString())
        .setName(image.name())
        .setDigest(image.digest())
        .setCreatedAtMillis(image.created().toEpochMilli())
        .setFiles(image.files())
        .setBytes(image.bytes())
        .build();
  }
}
