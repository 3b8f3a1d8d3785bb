package ctrenc.cli.verb;

import com.google.protobuf.ByteString;
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
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One import: what the caller streams goes up in a thread of its own, while progress comes down.
 */
final class ImageImport {
  private static final int PIECE = 256 << 10;

  private final Session session;
  private final Connection daemon;
  private final AtomicReference<@Nullable IOException> unreadable = new AtomicReference<>();

  ImageImport(Session session, Connection daemon) {
    this.session = session;
    this.daemon = daemon;
  }

  Image run(ImportImageHeader header) throws InterruptedException {
    BlockingClientCall<ImportImageRequest, ImportImageResponse> call = daemon.images().import_();
    daemon.ask(() -> call.write(ImportImageRequest.newBuilder().setHeader(header).build()));
    if (header.getStream()) {
      Thread.ofPlatform().daemon().name("upload").start(() -> upload(call));
    } else {
      call.halfClose();
    }
    Progress progress =
        new Progress(
            session.surroundings().err(),
            session.surroundings().terminals().err(),
            (stage, amount) -> stage.equals("indexing") ? amount + " files" : Human.size(amount));
    try {
      return follow(call, progress);
    } finally {
      progress.end();
    }
  }

  private Image follow(
      BlockingClientCall<ImportImageRequest, ImportImageResponse> call, Progress progress)
      throws InterruptedException {
    Optional<Image> image = Optional.empty();
    ImportImageResponse response = read(call);
    while (response != null) {
      if (response.hasImage()) {
        image = Optional.of(response.getImage());
      } else {
        ImportImageProgress step = response.getProgress();
        progress.show(step.getStage(), step.getDone(), step.getTotal());
      }
      response = read(call);
    }
    return image.orElseThrow(
        () ->
            new Failure(
                ExitCode.OTHER_VERSION,
                "the daemon ended the import without an image: stop it and start the one of this version"));
  }

  private @Nullable ImportImageResponse read(
      BlockingClientCall<ImportImageRequest, ImportImageResponse> call)
      throws InterruptedException {
    try {
      return daemon.ask(call::read);
    } catch (Failure e) {
      IOException cause = unreadable.get();
      if (cause != null) {
        throw new Failure(
            ExitCode.FAILED,
            "standard input cannot be read (%s): nothing was imported"
                .formatted(cause.getMessage()),
            cause);
      }
      throw e;
    }
  }

  /**
   * A call that the daemon has ended early takes no more; why it ended is read on the other side.
   */
  private void upload(BlockingClientCall<ImportImageRequest, ImportImageResponse> call) {
    byte[] piece = new byte[PIECE];
    InputStream in = session.surroundings().in();
    try {
      int count = in.read(piece);
      boolean wanted = true;
      while (count >= 0 && wanted) {
        ByteString data = ByteString.copyFrom(piece, 0, count);
        wanted = call.write(ImportImageRequest.newBuilder().setData(data).build());
        count = wanted ? in.read(piece) : -1;
      }
      call.halfClose();
    } catch (IOException e) {
      unreadable.set(e);
      call.cancel("standard input cannot be read", e);
    } catch (StatusException e) {
      call.cancel("the call has ended", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
