package ctrenc.cli.verb;

import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** What verbs take that go over all that is stored: which part of it, and how fast. */
final class StoreOptions {
  private static final String RATE = "--rate";

  private StoreOptions() {}

  /**
   * @param verb what is done at that rate, as a sentence begins
   */
  static void describeRate(CommandSpec spec, String verb) {
    spec.addOption(Options.value("BYTES", verb + " at most so much a second, such as 50m.", RATE));
  }

  static void describeRoot(CommandSpec spec) {
    spec.addPositional(
        Options.positional(
            "[NAME]", 0, 1, "The root, with all that is nested in it; else the whole store."));
  }

  /** Bytes a second. */
  static Optional<Long> rate(Arguments arguments) {
    return arguments.value(RATE).map(text -> Quantities.bytes(RATE, text));
  }

  /** The root's name; empty for the whole store. */
  static Optional<String> root(Arguments arguments) {
    return arguments.positionals().stream().findFirst();
  }
}
