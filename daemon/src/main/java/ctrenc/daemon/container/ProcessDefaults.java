package ctrenc.daemon.container;

import ctrenc.daemon.image.ImageConfig;
import ctrenc.proto.v1.ProcessSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * What an image says of a process, where the caller says nothing. The caller's command replaces the
 * image's command, not its entry point.
 */
final class ProcessDefaults {

  private ProcessDefaults() {}

  static ProcessSpec apply(ImageConfig image, ProcessSpec wanted) {
    ProcessSpec.Builder process = wanted.toBuilder();
    if (wanted.getArgsCount() == 0) {
      process.addAllArgs(image.entrypoint()).addAllArgs(image.command());
    }
    if (wanted.getWorkingDirectory().isEmpty()) {
      process.setWorkingDirectory(image.workingDirectory());
    }
    if (wanted.getUser().isEmpty()) {
      process.setUser(image.user());
    }
    List<String> environment = new ArrayList<>(wanted.getEnvList());
    for (String setting : image.environment()) {
      String start = setting.substring(0, setting.indexOf('=') + 1);
      if (wanted.getEnvList().stream().noneMatch(own -> own.startsWith(start))) {
        environment.add(setting);
      }
    }
    return process.clearEnv().addAllEnv(environment).build();
  }
}
