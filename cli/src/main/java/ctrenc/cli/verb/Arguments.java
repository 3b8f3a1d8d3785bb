package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** What was given to a verb. Options are asked for by their longest name, all as text. */
public record Arguments(ParseResult parsed) {

  public boolean has(String option) {
    return parsed.hasMatchedOption(option);
  }

  public Optional<String> value(String option) {
    return Optional.ofNullable(parsed.matchedOptionValue(option, (String) null));
  }

  /** The values of an option that may be given several times. */
  public List<String> values(String option) {
    return parsed.hasMatchedOption(option)
        ? parsed.matchedOption(option).stringValues()
        : List.of();
  }

  /** Everything that is not an option, in order. */
  public List<String> positionals() {
    return parsed.matchedPositionals().stream()
        .distinct()
        .flatMap(positional -> positional.stringValues().stream())
        .toList();
  }

  /** The one argument at a place that the verb demands. */
  public String positional(int index) {
    return positionals().get(index);
  }

  /**
   * Refuses empty words, which a script's unset variable gives: an empty path would be the working
   * directory, an empty name none.
   *
   * @param runsCommand whether arguments are a command's, which may be empty
   */
  public void requireWords(boolean runsCommand) {
    for (OptionSpec option : parsed.matchedOptions()) {
      if (option.stringValues().contains("")) {
        throw usage(
            "%s was given nothing: give it a value, or leave it out"
                .formatted(option.longestName()));
      }
    }
    if (!runsCommand && positionals().contains("")) {
      throw usage("an argument is empty: give it a value, or leave it out");
    }
  }

  public boolean json() {
    return has(Options.JSON);
  }

  public static Failure usage(String sentence) {
    return new Failure(ExitCode.USAGE, sentence);
  }
}
