package ctrenc.daemon.container;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.daemon.runtime.ContainerBundle;
import ctrenc.proto.v1.BindMount;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.ProcessSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Says what is wrong with a specification before anything is made for it. */
final class SpecCheck {

  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}");

  /** HOST_NAME_MAX of Linux is 64. */
  private static final Pattern HOST_NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9.-]{0,63}");

  private SpecCheck() {}

  static void container(ContainerSpec spec) throws RefusedException {
    if (!spec.getName().isEmpty() && !NAME.matcher(spec.getName()).matches()) {
      throw RefusedException.invalid(
          "A container's name has 1 to 63 letters, digits, dots, dashes and underscores, and starts with a letter or digit.");
    }
    if (!spec.getHostname().isEmpty() && !HOST_NAME.matcher(spec.getHostname()).matches()) {
      throw RefusedException.invalid(
          "A host name has 1 to 64 letters, digits, dots and dashes, and starts with a letter or digit.");
    }
    if (spec.getMemoryLimit() < 0 || spec.getCpuLimitMillis() < 0) {
      throw RefusedException.invalid(
          "Limits of memory and cpu are positive numbers; 0 is no limit.");
    }
    if (spec.getKeep() && spec.getRemove()) {
      throw RefusedException.invalid(
          "A root is either kept or removed when its process ends: leave out --keep or --rm.");
    }
    for (BindMount mount : spec.getMountsList()) {
      if (spec.getNesting() && Path.of(mount.getTarget()).startsWith(ContainerBundle.NESTING)) {
        throw RefusedException.invalid(
            "With --nesting nothing else is mounted below /run/ctr-enc: choose another target.");
      }
      mount(mount);
    }
  }

  private static void mount(BindMount mount) throws RefusedException {
    if (!mount.getSource().startsWith("/") || !Files.exists(Path.of(mount.getSource()))) {
      throw RefusedException.invalid(
          "The mount source "
              + mount.getSource()
              + " is not an absolute path of something that exists.");
    }
    Path target = Path.of(mount.getTarget());
    if (!target.isAbsolute() || !target.normalize().equals(target) || target.getNameCount() == 0) {
      throw RefusedException.invalid(
          "The mount target "
              + mount.getTarget()
              + " is not an absolute path below / without parts '.' or '..': write one that is.");
    }
  }

  static void process(ProcessSpec process) throws RefusedException {
    if (process.getArgsCount() == 0 || process.getArgs(0).isEmpty()) {
      throw RefusedException.invalid("There is no command to run: give one after the options.");
    }
    if (!process.getWorkingDirectory().isEmpty()
        && !process.getWorkingDirectory().startsWith("/")) {
      throw RefusedException.invalid(
          "The working directory " + process.getWorkingDirectory() + " is not an absolute path.");
    }
    for (String setting : process.getEnvList()) {
      if (setting.indexOf('=') < 1 || setting.indexOf('\0') >= 0) {
        throw RefusedException.invalid("An environment variable is given as NAME=VALUE.");
      }
    }
    if (process.getArgsList().stream().anyMatch(argument -> argument.indexOf('\0') >= 0)) {
      throw RefusedException.invalid(
          "An argument holds a zero byte, which no program can be given.");
    }
  }
}
