package ctrenc.cli.fake;

import ctrenc.proto.v1.Image;
import ctrenc.proto.v1.ImagesGrpc.ImagesImplBase;
import ctrenc.proto.v1.ImportImageHeader;
import ctrenc.proto.v1.ImportImageProgress;
import ctrenc.proto.v1.ImportImageRequest;
import ctrenc.proto.v1.ImportImageResponse;
import ctrenc.proto.v1.ListImagesRequest;
import ctrenc.proto.v1.ListImagesResponse;
import ctrenc.proto.v1.RemoveImageRequest;
import ctrenc.proto.v1.RemoveImageResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Holds images by name; one that is imported has as many bytes as were streamed. */
final class FakeImages extends ImagesImplBase {
  private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");

  private final Map<String, Image> images = new LinkedHashMap<>();

  FakeImages() {
    images.put("debian", image("debian", 120_000_000));
  }

  private static Image image(String name, long bytes) {
    return Image.newBuilder()
        .setId("1f00%028x".formatted(name.hashCode()))
        .setName(name)
        .setDigest("sha256:abcd")
        .setCreatedAtMillis(CREATED.toEpochMilli())
        .setFiles(9_876)
        .setBytes(bytes)
        .build();
  }

  @Override
  public synchronized void list(
      ListImagesRequest request, StreamObserver<ListImagesResponse> responses) {
    responses.onNext(ListImagesResponse.newBuilder().addAllImages(images.values()).build());
    responses.onCompleted();
  }

  @Override
  public synchronized void remove(
      RemoveImageRequest request, StreamObserver<RemoveImageResponse> responses) {
    String name = request.getReference();
    if (name.equals("used")) {
      responses.onError(
          refusal(
              Status.FAILED_PRECONDITION, "image 'used' is in use by 'web': remove that first"));
      return;
    }
    Image removed = images.remove(name);
    if (removed == null) {
      responses.onError(
          refusal(
              Status.NOT_FOUND, "there is no image '%s': see 'ctr-enc image ls'".formatted(name)));
      return;
    }
    responses.onNext(RemoveImageResponse.newBuilder().setRemoved(removed).build());
    responses.onCompleted();
  }

  @Override
  public StreamObserver<ImportImageRequest> import_(StreamObserver<ImportImageResponse> responses) {
    return new Import(responses);
  }

  private static Throwable refusal(Status status, String sentence) {
    return status.withDescription(sentence).asException();
  }

  private final class Import implements StreamObserver<ImportImageRequest> {
    private final StreamObserver<ImportImageResponse> responses;
    private ImportImageHeader header = ImportImageHeader.getDefaultInstance();
    private long received;

    Import(StreamObserver<ImportImageResponse> responses) {
      this.responses = responses;
    }

    @Override
    public void onNext(ImportImageRequest request) {
      if (request.hasHeader()) {
        header = request.getHeader();
        if (header.getName().equals("truncated")) {
          responses.onError(
              refusal(
                  Status.INVALID_ARGUMENT,
                  "the archive ends in the middle of a file: fetch it again"));
        }
      } else {
        received += request.getData().size();
      }
    }

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onCompleted() {
      progress("unpacking", 512 << 10, 1 << 20);
      progress("unpacking", 1 << 20, 1 << 20);
      progress("indexing", 9_876, 0);
      Image image = image(header.getName(), received);
      synchronized (FakeImages.this) {
        images.put(header.getName(), image);
      }
      responses.onNext(ImportImageResponse.newBuilder().setImage(image).build());
      responses.onCompleted();
    }

    private void progress(String stage, long done, long total) {
      responses.onNext(
          ImportImageResponse.newBuilder()
              .setProgress(
                  ImportImageProgress.newBuilder().setStage(stage).setDone(done).setTotal(total))
              .build());
    }
  }
}
