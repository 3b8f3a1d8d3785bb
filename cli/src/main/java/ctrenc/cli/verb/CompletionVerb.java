package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import java.io.IOException;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Prints a script that makes a shell complete verbs and options. */
public final class CompletionVerb implements Verb {
  public static final String NAME = "completion";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String summary() {
    return "Print a script for shell completion.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec, "bash: source <(ctr-enc completion bash)", "zsh:  source <(ctr-enc completion zsh)");
    spec.addPositional(Options.positional("bash|zsh", 1, 1, "The shell."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException {
    CommandLine root = arguments.parsed().commandSpec().root().commandLine();
    String bash = AutoComplete.bash(root.getCommandName(), root);
    switch (arguments.positional(0)) {
      case "bash" -> session.out().text(bash);
      // The script is written for both; zsh needs its own completion up before.
      case "zsh" -> session.out().text("autoload -Uz compinit && compinit\n" + bash);
      default ->
          throw Arguments.usage(
              "there is no script for '%s': name bash or zsh".formatted(arguments.positional(0)));
    }
    return ExitCode.OK.number();
  }
}
