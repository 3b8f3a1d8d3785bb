package ctrenc.cli.verb;

import ctrenc.proto.v1.CacheMode;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** What the kernel does with the files of a new root. */
final class CacheOption {
  static final String CACHE = "--cache";
  private static final String IMAGE = "image";
  private static final String WRITEBACK = "writeback";

  private CacheOption() {}

  static void describe(CommandSpec spec) {
    spec.addOption(
        Options.choice(
            List.of(IMAGE, WRITEBACK),
            "The kernel reads the image's files by itself, or gathers writes.",
            CACHE));
  }

  static CacheMode mode(Arguments arguments) {
    String mode = arguments.value(CACHE).orElse("");
    return switch (mode) {
      case "" -> CacheMode.CACHE_MODE_UNSPECIFIED;
      case IMAGE -> CacheMode.CACHE_MODE_IMAGE;
      case WRITEBACK -> CacheMode.CACHE_MODE_WRITEBACK;
      default ->
          throw Arguments.usage("--cache is 'image' or 'writeback', not '%s'".formatted(mode));
    };
  }
}
