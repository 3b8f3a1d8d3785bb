package ctrenc.cli.verb;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** How a daemon that is started gets the kernel's requests. */
final class TransportOption {
  static final String TRANSPORT = "--transport";
  private static final String AUTO = "auto";
  private static final String KERNEL = "kernel";
  private static final List<String> NAMES = List.of(AUTO, KERNEL, "uring", "jnr");

  private TransportOption() {}

  static void describe(CommandSpec spec) {
    spec.addOption(
        Options.choice(
            NAMES,
            "The kernel's requests come by /dev/fuse (kernel, which auto chooses where it can),"
                + " io_uring, or libfuse 2 (jnr).",
            TRANSPORT));
  }

  static Optional<String> name(Arguments arguments) {
    Optional<String> name = arguments.value(TRANSPORT);
    if (name.isPresent() && !NAMES.contains(name.get())) {
      throw Arguments.usage(
          "--transport is 'auto', 'kernel', 'uring' or 'jnr', not '%s'".formatted(name.get()));
    }
    return name;
  }

  /**
   * Whether a daemon that says it has {@code running} is one that was asked for by {@code name}.
   */
  static boolean isMet(String name, String running) {
    return name.equals(AUTO) || name.equals(running);
  }
}
