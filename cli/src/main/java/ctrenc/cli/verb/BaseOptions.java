package ctrenc.cli.verb;

import ctrenc.proto.v1.Base;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What a root lies on: an image, which is the first argument, or one of the options in its place.
 */
final class BaseOptions {
  private static final String HOST = "--host";
  private static final String LOWER = "--lower";
  private static final String EMPTY = "--empty";

  private BaseOptions() {}

  static void describe(CommandSpec spec) {
    spec.addOption(Options.flag("The host's own tree, which stays untouched, is the base.", HOST));
    spec.addOption(
        Options.value("DIR", "This directory, which stays untouched, is the base.", LOWER));
    spec.addOption(Options.flag("Nothing is the base: the root is empty.", EMPTY));
  }

  /** The base that an option names; empty where an image has to be named. */
  static Optional<Base> fromOptions(Arguments arguments, Path directory) {
    List<Base> bases = new ArrayList<>();
    if (arguments.has(HOST)) {
      bases.add(Base.newBuilder().setHostDirectory("/").build());
    }
    arguments
        .value(LOWER)
        .ifPresent(
            lower ->
                bases.add(Base.newBuilder().setHostDirectory(lower(lower, directory)).build()));
    if (arguments.has(EMPTY)) {
      bases.add(Base.newBuilder().setEmpty(true).build());
    }
    if (bases.size() > 1) {
      throw Arguments.usage("--host, --lower and --empty exclude each other: give one of them");
    }
    return bases.stream().findFirst();
  }

  static Base image(String reference) {
    return Base.newBuilder().setImage(reference).build();
  }

  private static String lower(String lower, Path directory) {
    Path path = directory.resolve(lower).normalize();
    if (!Files.isDirectory(path)) {
      throw Arguments.usage("%s is not a directory: name one with --lower".formatted(path));
    }
    return path.toString();
  }
}
