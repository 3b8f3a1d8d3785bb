package ctrenc.cli;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import ctrenc.cli.io.Surroundings;
import ctrenc.cli.rpc.EarlyConnection;
import ctrenc.cli.rpc.Places;
import ctrenc.cli.verb.Arguments;
import ctrenc.cli.verb.Options;
import ctrenc.cli.verb.Session;
import ctrenc.cli.verb.Verb;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * One call of the command line, from its arguments to its exit code. Whatever fails ends here: in
 * one sentence on standard error, and in a stack trace besides only if CTR_ENC_DEBUG is 1.
 */
final class Call {
  private final Surroundings surroundings;

  Call(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Returns the exit code. */
  int run(String... arguments) {
    int code;
    try (EarlyConnection early = connectEarly(arguments)) {
      code = perform(deepest(tree(arguments).parseArgs(arguments)), early);
    } catch (ParameterException e) {
      code = misused(e);
    }
    try {
      surroundings.out().flush();
      return code;
    } catch (Failure e) {
      return fail(e, e.code(), e.sentence());
    }
  }

  /**
   * Where the environment says that the daemon is, unless a word may say otherwise, or none asks.
   */
  private EarlyConnection connectEarly(String... arguments) {
    List<String> words = List.of(arguments);
    boolean asks =
        !words.isEmpty()
            && !words.getFirst().startsWith("-")
            && words.stream().noneMatch(word -> word.startsWith(Options.RUN_DIRECTORY));
    Places places =
        new Places(
            absolute(ofEnvironment("CTR_ENC_STATE", Places.DEFAULT_STATE)),
            absolute(ofEnvironment("CTR_ENC_RUN", Places.DEFAULT_RUN)));
    return asks ? EarlyConnection.to(places.socket()) : EarlyConnection.none();
  }

  private CommandLine tree(String... arguments) {
    return surroundings.isInContainer() ? CommandTree.nested(arguments) : CommandTree.of(arguments);
  }

  private static ParseResult deepest(ParseResult parsed) {
    return parsed.hasSubcommand() ? deepest(parsed.subcommand()) : parsed;
  }

  private int perform(ParseResult parsed, EarlyConnection early) {
    CommandLine commandLine = parsed.commandSpec().commandLine();
    if (parsed.isUsageHelpRequested()) {
      surroundings.out().text(commandLine.getUsageMessage());
      return ExitCode.OK.number();
    }
    return parsed.commandSpec().userObject() instanceof Verb verb
        ? perform(verb, parsed, early)
        : incomplete(parsed);
  }

  private int perform(Verb verb, ParseResult parsed, EarlyConnection early) {
    try (Session session = new Session(surroundings, places(parsed), early)) {
      Arguments arguments = new Arguments(parsed);
      arguments.requireWords(verb.passesExitCode());
      return verb.call(arguments, session);
    } catch (Failure e) {
      return fail(e, published(verb, e.code()), e.sentence());
    } catch (IOException e) {
      return fail(e, published(verb, ExitCode.FAILED), "%s".formatted(readable(e)));
    } catch (InterruptedException e) {
      return fail(e, ExitCode.INTERRUPTED, "interrupted");
    } catch (InvalidPathException e) {
      return fail(
          e,
          published(verb, ExitCode.USAGE),
          "'%s' cannot be read as a path: write it in UTF-8, in a locale that says so"
              .formatted(e.getInput()));
    } catch (RuntimeException | LinkageError e) {
      return fail(
          e,
          published(verb, ExitCode.BUG),
          "a bug of ctr-enc (%s): call again with CTR_ENC_DEBUG=1 and report it".formatted(e));
    }
  }

  /** Numbers below 125 belong to the command in the container where there is one. */
  private static ExitCode published(Verb verb, ExitCode code) {
    return verb.passesExitCode() && code.number() < ExitCode.OWN_FAILURE.number()
        ? ExitCode.OWN_FAILURE
        : code;
  }

  private static String readable(IOException e) {
    return e instanceof java.nio.file.FileSystemException file && file.getReason() == null
        ? "%s: %s".formatted(file.getFile(), e.getClass().getSimpleName())
        : String.valueOf(e.getMessage());
  }

  private int fail(Throwable cause, ExitCode code, String sentence) {
    if (code != ExitCode.BROKEN_PIPE) {
      surroundings.note(sentence);
    }
    if ("1".equals(surroundings.environment().get("CTR_ENC_DEBUG"))) {
      cause.printStackTrace(surroundings.err());
    }
    return code.number();
  }

  private int misused(ParameterException e) {
    CommandLine commandLine = e.getCommandLine();
    boolean isVerb = commandLine.getCommandSpec().userObject() instanceof Verb;
    String message =
        e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()
            ? (isVerb ? "'%s' is one argument too many" : noVerb())
                .formatted(unmatched.getUnmatched().getFirst())
            : String.valueOf(e.getMessage());
    String lower = message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
    ExitCode code =
        commandLine.getCommandSpec().userObject() instanceof Verb verb
            ? published(verb, ExitCode.USAGE)
            : ExitCode.USAGE;
    return fail(
        e,
        code,
        "%s: see '%s --help'".formatted(lower, commandLine.getCommandSpec().qualifiedName()));
  }

  private String noVerb() {
    return surroundings.isInContainer()
        ? "'%s' is not offered inside a container, call it on the host"
        : "there is no verb '%s'";
  }

  private int incomplete(ParseResult parsed) {
    String name = parsed.commandSpec().qualifiedName();
    surroundings.note("what shall be done? see '%s --help'".formatted(name));
    return ExitCode.USAGE.number();
  }

  private Places places(ParseResult parsed) {
    return new Places(
        place(parsed, Options.STATE, "CTR_ENC_STATE", Places.DEFAULT_STATE),
        place(parsed, Options.RUN_DIRECTORY, "CTR_ENC_RUN", Places.DEFAULT_RUN));
  }

  /** An option of the verb goes before one of the whole, that before the environment. */
  private Path place(ParseResult parsed, String option, String variable, String otherwise) {
    String place =
        parsed.commandSpec().commandLine() == null
            ? otherwise
            : given(parsed.commandSpec().commandLine(), option)
                .orElseGet(() -> ofEnvironment(variable, otherwise));
    return absolute(place);
  }

  private String ofEnvironment(String variable, String otherwise) {
    String value = surroundings.environment().getOrDefault(variable, "");
    return value.isEmpty() ? otherwise : value;
  }

  private Path absolute(String place) {
    return surroundings.directory().resolve(place).normalize();
  }

  private static Optional<String> given(CommandLine commandLine, String option) {
    ParseResult parsed = commandLine.getParseResult();
    String value = parsed.matchedOptionValue(option, "");
    if (!value.isEmpty()) {
      return Optional.of(value);
    }
    return Optional.ofNullable(commandLine.getParent()).flatMap(parent -> given(parent, option));
  }
}
