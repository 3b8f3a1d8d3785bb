package ctrenc.cli.verb;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Makes the options of verbs, so that the same thing bears the same name everywhere. */
public final class Options {
  public static final String JSON = "--json";
  public static final String STATE = "--state";
  public static final String RUN_DIRECTORY = "--run-dir";
  public static final String HELP = "--help";

  private Options() {}

  static OptionSpec flag(String description, String... names) {
    return OptionSpec.builder(names)
        .arity("0")
        .type(boolean.class)
        .description(description)
        .build();
  }

  static OptionSpec value(String label, String description, String... names) {
    return single(label, description, names).build();
  }

  /** A value that is one of a few, which completion offers. */
  static OptionSpec choice(List<String> choices, String description, String... names) {
    return single(String.join("|", choices), description, names)
        .completionCandidates(choices)
        .build();
  }

  /** May be given several times. */
  static OptionSpec values(String label, String description, String... names) {
    return OptionSpec.builder(names)
        .arity("1")
        .type(List.class)
        .auxiliaryTypes(String.class)
        .paramLabel(label)
        .description(description)
        .build();
  }

  private static OptionSpec.Builder single(String label, String description, String... names) {
    return OptionSpec.builder(names)
        .arity("1")
        .type(String.class)
        .paramLabel(label)
        .description(description);
  }

  static OptionSpec json() {
    return flag("Print JSON for programs.", JSON);
  }

  /** Arguments that are not options, of which there are at least {@code fewest}. */
  static PositionalParamSpec positional(String label, int fewest, String description) {
    return positional(label, fewest, "*", description);
  }

  /** Arguments that are not options, of which there are so many. */
  static PositionalParamSpec positional(String label, int fewest, int most, String description) {
    return positional(label, fewest, Integer.toString(most - 1), description);
  }

  private static PositionalParamSpec positional(
      String label, int fewest, String last, String description) {
    return PositionalParamSpec.builder()
        .index("0.." + last)
        .arity(fewest == 0 ? "0..1" : Integer.toString(fewest))
        .required(fewest > 0)
        .type(List.class)
        .auxiliaryTypes(String.class)
        .paramLabel(label)
        .hideParamSyntax(true)
        .description(description)
        .build();
  }

  /** What the help says besides of a verb, below its options. */
  static void explain(CommandSpec spec, String... lines) {
    spec.usageMessage().footerHeading("%n").footer(lines);
  }

  /** What every verb takes; hidden in the help of verbs, told in that of the whole. */
  public static void addCommon(CommandSpec spec, boolean hidden) {
    spec.usageMessage()
        .sortOptions(false)
        .abbreviateSynopsis(true)
        .synopsisSubcommandLabel("VERB")
        .optionListHeading("%n");
    spec.addOption(
        OptionSpec.builder("-h", HELP)
            .arity("0")
            .usageHelp(true)
            .type(boolean.class)
            .description("Show this help and exit.")
            .build());
    spec.addOption(
        single("DIR", "The store (CTR_ENC_STATE; default /var/lib/ctr-enc).", STATE)
            .hidden(hidden)
            .build());
    spec.addOption(
        single(
                "DIR",
                "The daemon's socket and mount points (CTR_ENC_RUN; default /run/ctr-enc).",
                RUN_DIRECTORY)
            .hidden(hidden)
            .build());
  }
}
