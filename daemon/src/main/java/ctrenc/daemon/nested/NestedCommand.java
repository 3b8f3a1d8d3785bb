package ctrenc.daemon.nested;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.daemon.runtime.ContainerBundle;
import ctrenc.proto.v1.Command;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.ProcessSpec;
import java.util.ArrayList;
import java.util.List;

/** What a caller inside a container is to execute, and which wishes it may have. */
final class NestedCommand {

  /** The script that makes a subvolume the root directory; its name follows. */
  static final String ENTER = ContainerBundle.NESTING + "/program/enter";

  private NestedCommand() {}

  /** Refuses what is not offered inside a container. */
  static void check(ContainerSpec spec) throws RefusedException {
    ContainerSpec offered =
        ContainerSpec.newBuilder()
            .setBase(spec.getBase())
            .setRemove(spec.getRemove())
            .setProcess(spec.getProcess())
            .build();
    if (!offered.equals(spec) || !spec.getProcess().getUser().isEmpty()) {
      throw RefusedException.invalid(
          "Inside a container only the base, the command, its variables and its directory can be chosen: leave the rest out.");
    }
    ProcessSpec process = spec.getProcess();
    boolean isClean =
        process.getArgsList().stream().noneMatch(argument -> argument.indexOf('\0') >= 0)
            && process.getEnvList().stream().allMatch(NestedCommand::isVariable);
    if (process.getArgsCount() == 0 || process.getArgs(0).isEmpty() || !isClean) {
      throw RefusedException.invalid(
          "A command, and variables as NAME=VALUE, hold no zero byte: give one after the options.");
    }
  }

  private static boolean isVariable(String setting) {
    return setting.indexOf('=') > 0 && setting.indexOf('\0') < 0;
  }

  /**
   * Namespaces of its own for the caller, in which it is root, then the script that makes the
   * subvolume {@code name}, in the caller's top directory, the root directory.
   */
  static Command of(String name, ProcessSpec process) {
    String directory = process.getWorkingDirectory();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "/usr/bin/unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "--pid",
                "--ipc",
                "--fork",
                "--kill-child",
                "--",
                "/bin/sh",
                "-eu",
                ENTER,
                name,
                directory.isEmpty() ? "/" : directory));
    arguments.addAll(process.getArgsList());
    return Command.newBuilder()
        .addAllArgv(arguments)
        .addAllEnv(NestedProgram.onPath(process).getEnvList())
        .build();
  }
}
