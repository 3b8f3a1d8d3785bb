package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.DevicePolicy;
import ctrenc.proto.v1.Image;
import ctrenc.proto.v1.ImportImageHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Makes an image of an archive or a directory. */
public final class ImageImportVerb implements Verb {
  private static final String DEVICES = "--devices";
  private static final String STANDARD_INPUT = "-";
  private static final String ARCHIVE_SUFFIXES = "(\\.oci)?(\\.tar)?(\\.(gz|zst|tgz))?$";

  @Override
  public String name() {
    return "import";
  }

  @Override
  public String summary() {
    return "Make an image of a root's tar, a directory, or an OCI layout or archive; gzip and zstd are understood.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(spec, "Prints the image's id. An import that fails leaves nothing behind.");
    spec.addOption(
        Options.choice(
            List.of("refuse", "skip", "create"),
            "Device nodes: refuse the archive (default), skip them, or create them.",
            DEVICES));
    spec.addOption(Options.json());
    spec.addPositional(
        Options.positional(
            "PATH|- [NAME]",
            1,
            2,
            "The source, - for standard input; the name, else that of the source."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    List<String> positionals = arguments.positionals();
    boolean stream = positionals.getFirst().equals(STANDARD_INPUT);
    ImportImageHeader.Builder header =
        ImportImageHeader.newBuilder().setDevices(devices(arguments));
    if (stream) {
      header.setStream(true).setName(nameOfStream(positionals, session));
    } else {
      Path source = session.surroundings().directory().resolve(positionals.getFirst()).normalize();
      if (!Files.exists(source)) {
        throw Arguments.usage(
            "%s does not exist: name an archive, a directory, or -".formatted(source));
      }
      header
          .setPath(source.toString())
          .setName(positionals.size() == 2 ? positionals.get(1) : nameOf(source));
    }
    Connection daemon = session.startedDaemon();
    Image image = new ImageImport(session, daemon).run(header.build());
    session.out().line(arguments.json() ? Json.object(image, ImageText::fields) : image.getId());
    return ExitCode.OK.number();
  }

  private static DevicePolicy devices(Arguments arguments) {
    String policy = arguments.value(DEVICES).orElse("refuse");
    return switch (policy) {
      case "refuse" -> DevicePolicy.DEVICE_POLICY_REFUSE;
      case "skip" -> DevicePolicy.DEVICE_POLICY_SKIP;
      case "create" -> DevicePolicy.DEVICE_POLICY_CREATE;
      default ->
          throw Arguments.usage(
              "--devices is 'refuse', 'skip' or 'create', not '%s'".formatted(policy));
    };
  }

  private static String nameOfStream(List<String> positionals, Session session) {
    if (positionals.size() < 2) {
      throw Arguments.usage("an image from standard input needs a name: image import - NAME");
    }
    if (session.surroundings().terminals().in()) {
      throw Arguments.usage("standard input is a terminal: redirect an archive to it");
    }
    return positionals.get(1);
  }

  private static String nameOf(Path source) {
    Path file = source.getFileName();
    String name = file == null ? "" : file.toString().replaceFirst(ARCHIVE_SUFFIXES, "");
    if (name.isEmpty()) {
      throw Arguments.usage("%s gives no name: write one after it".formatted(source));
    }
    return name;
  }
}
