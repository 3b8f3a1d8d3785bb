package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Human;
import ctrenc.cli.text.Progress;
import ctrenc.proto.v1.Image;
import ctrenc.proto.v1.ImportImageHeader;
import ctrenc.proto.v1.ImportImageProgress;
import ctrenc.proto.v1.ImportImageRequest;
import ctrenc.proto.v1.ImportImageResponse;
import io.grpc.stub.BlockingClientCall;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One import: what the caller streams goes up in a thread of its own, while progress comes down.
 */
final class ImageImport {

  private final Session session;
  private final Connection daemon;

  ImageImport(Session session, Connection daemon) {
    this.session = session;
    this.daemon = daemon;
  }

  Image run(ImportImageHeader header) throws InterruptedException {
    BlockingClientCall<ImportImageRequest, ImportImageResponse> call = daemon.images().import_();
    daemon.ask(() -> call.write(ImportImageRequest.newBuilder().setHeader(header).build()));
    Upload<ImportImageRequest> upload =
        new Upload<>(
            session.surroundings().in(),
            call,
            data -> ImportImageRequest.newBuilder().setData(data).build(),
            "nothing was imported");
    if (header.getStream()) {
      upload.start();
    } else {
      call.halfClose();
    }
    Progress progress =
        new Progress(
            session.surroundings().err(),
            session.surroundings().terminals().err(),
            (stage, amount) -> stage.equals("indexing") ? amount + " files" : Human.size(amount));
    try {
      return follow(call, upload, progress);
    } finally {
      progress.end();
    }
  }

  private Image follow(
      BlockingClientCall<ImportImageRequest, ImportImageResponse> call,
      Upload<ImportImageRequest> upload,
      Progress progress)
      throws InterruptedException {
    Optional<Image> image = Optional.empty();
    @Nullable ImportImageResponse response = upload.ask(daemon, call::read);
    while (response != null) {
      if (response.hasImage()) {
        image = Optional.of(response.getImage());
      } else {
        ImportImageProgress step = response.getProgress();
        progress.show(step.getStage(), step.getDone(), step.getTotal());
      }
      response = upload.ask(daemon, call::read);
    }
    return image.orElseThrow(
        () ->
            new Failure(
                ExitCode.OTHER_VERSION,
                "the daemon ended the import without an image: stop it and start the one of this version"));
  }
}
