package ctrenc.overlay.keeper;

import ctrenc.overlay.sys.ProcessWords;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a daemon was executed, so that the next one can be: its words, and its environment. */
record DaemonCommand(List<String> words, List<String> environment) {

  /** How this process was. */
  static DaemonCommand ofThisProcess() throws IOException {
    return new DaemonCommand(
        ProcessWords.in(Path.of("/proc/self/cmdline")),
        ProcessWords.in(Path.of("/proc/self/environ")));
  }

  String encode() {
    return String.join("\0", words) + "\0\0" + String.join("\0", environment);
  }

  static DaemonCommand decode(String text) {
    int middle = text.indexOf("\0\0");
    String environment = text.substring(middle + 2);
    return new DaemonCommand(
        List.of(text.substring(0, middle).split("\0")),
        environment.isEmpty() ? List.of() : List.of(environment.split("\0")));
  }

  /** Executes it in a session of its own; it writes where this process does. */
  Process start() throws IOException {
    List<String> all = new ArrayList<>(List.of("setsid"));
    all.addAll(words);
    ProcessBuilder builder =
        new ProcessBuilder(all)
            .directory(new File("/"))
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().clear();
    for (String setting : environment) {
      int equals = setting.indexOf('=');
      if (equals > 0) {
        builder.environment().put(setting.substring(0, equals), setting.substring(equals + 1));
      }
    }
    return builder.start();
  }
}
