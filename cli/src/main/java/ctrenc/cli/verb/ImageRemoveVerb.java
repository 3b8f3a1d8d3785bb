package ctrenc.cli.verb;

import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.Image;
import ctrenc.proto.v1.RemoveImageRequest;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Removes images that nothing is built on. */
public final class ImageRemoveVerb implements Verb {
  @Override
  public String name() {
    return "rm";
  }

  @Override
  public String summary() {
    return "Remove images on which no container is built.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(Options.json());
    spec.addPositional(
        Options.positional("NAME...", 1, "The images, by name, id or start of the id."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Connection daemon = session.startedDaemon();
    Each.Outcome<Image> outcome =
        Each.of(
            arguments.positionals(),
            session,
            reference -> {
              RemoveImageRequest request =
                  RemoveImageRequest.newBuilder().setReference(reference).build();
              return daemon
                  .ask(() -> daemon.images(Connection.PATIENT).remove(request))
                  .getRemoved();
            });
    if (arguments.json()) {
      session.out().line(Json.array(outcome.done(), ImageText::fields));
    } else {
      outcome.done().forEach(image -> session.out().line(image.getName()));
    }
    return outcome.code().number();
  }
}
