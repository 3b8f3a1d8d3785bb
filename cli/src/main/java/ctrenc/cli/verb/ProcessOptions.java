package ctrenc.cli.verb;

import ctrenc.cli.io.Surroundings;
import ctrenc.cli.process.TerminalState;
import ctrenc.proto.v1.ProcessSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What a process in a container is like.
 *
 * @param withInput whether it reads standard input
 * @param terminal what standard input's terminal was before; empty without a terminal
 */
record ProcessOptions(ProcessSpec process, boolean withInput, Optional<TerminalState> terminal) {
  private static final String TTY = "--tty";
  private static final String INTERACTIVE = "--interactive";
  private static final String ENV = "--env";
  private static final String ENV_FILE = "--env-file";
  private static final String WORKDIR = "--workdir";
  private static final String USER = "--user";

  static void describe(CommandSpec spec) {
    spec.addOption(Options.flag("Give the process a terminal; implies -i.", "-t", TTY));
    describeNested(spec);
    spec.addOption(Options.value("USER[:GROUP]", "Run as this user of the container.", "-u", USER));
  }

  /** What a process in a container in a container can be like; it has its caller's terminal. */
  static void describeNested(CommandSpec spec) {
    spec.addOption(Options.flag("Hand standard input on; else it is empty.", "-i", INTERACTIVE));
    spec.addOption(
        Options.values("NAME[=VALUE]", "Set a variable, or hand the caller's on.", "-e", ENV));
    spec.addOption(Options.values("FILE", "Set the variables in a file, one a line.", ENV_FILE));
    spec.addOption(Options.value("DIR", "Start in this directory.", "-w", WORKDIR));
  }

  /** Reads the terminal too, if one is asked for. */
  static ProcessOptions read(Arguments arguments, List<String> command, Surroundings surroundings)
      throws IOException, InterruptedException {
    boolean tty = arguments.has(TTY);
    if (tty && !surroundings.terminals().in()) {
      throw Arguments.usage("--tty needs a terminal on standard input: leave it out here");
    }
    Optional<TerminalState> terminal = tty ? Optional.of(TerminalState.save()) : Optional.empty();
    ProcessSpec.Builder process =
        ProcessSpec.newBuilder()
            .addAllArgs(command)
            .addAllEnv(environment(arguments, surroundings, tty))
            .setTerminal(tty);
    arguments.value(WORKDIR).ifPresent(process::setWorkingDirectory);
    arguments.value(USER).ifPresent(process::setUser);
    terminal.ifPresent(
        state -> process.setTerminalRows(state.rows()).setTerminalColumns(state.columns()));
    return new ProcessOptions(process.build(), tty || arguments.has(INTERACTIVE), terminal);
  }

  static boolean wantsTerminal(Arguments arguments) {
    return arguments.has(TTY);
  }

  /** Later entries win: the caller's TERM, files, single variables. */
  private static List<String> environment(
      Arguments arguments, Surroundings surroundings, boolean tty) throws IOException {
    Map<String, String> callers = surroundings.environment();
    List<String> environment = new ArrayList<>();
    if (tty) {
      environment.add("TERM=" + callers.getOrDefault("TERM", "xterm"));
    }
    for (String file : arguments.values(ENV_FILE)) {
      for (String line : lines(surroundings.directory().resolve(file))) {
        if (!line.isBlank() && !line.startsWith("#")) {
          add(environment, line, callers);
        }
      }
    }
    for (String variable : arguments.values(ENV)) {
      add(environment, variable, callers);
    }
    return environment;
  }

  private static List<String> lines(Path file) throws IOException {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      throw Arguments.usage(
          "the file %s does not exist: name one that does with --env-file".formatted(file));
    }
  }

  /** A name alone hands the caller's variable on, if there is one. */
  private static void add(List<String> environment, String variable, Map<String, String> callers) {
    if (variable.startsWith("=")) {
      throw Arguments.usage("'%s' is no variable: write NAME=VALUE".formatted(variable));
    }
    if (variable.contains("=")) {
      environment.add(variable);
    } else if (callers.containsKey(variable)) {
      environment.add(variable + "=" + callers.get(variable));
    }
  }
}
