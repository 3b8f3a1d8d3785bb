package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.Image;
import ctrenc.proto.v1.ListImagesRequest;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Lists images. */
public final class ImageListVerb implements Verb {
  @Override
  public String name() {
    return "ls";
  }

  @Override
  public String summary() {
    return "List images.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(Options.json());
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Connection daemon = session.startedDaemon();
    ListImagesRequest request = ListImagesRequest.getDefaultInstance();
    List<Image> images =
        daemon.ask(() -> daemon.images(Connection.SOON).list(request)).getImagesList();
    session
        .out()
        .text(
            arguments.json()
                ? Json.array(images, ImageText::fields) + "\n"
                : ImageText.table(images, session.surroundings().clock().instant()));
    return ExitCode.OK.number();
  }
}
