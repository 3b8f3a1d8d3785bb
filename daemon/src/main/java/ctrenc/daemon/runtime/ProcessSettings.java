package ctrenc.daemon.runtime;

import com.google.gson.JsonObject;
import ctrenc.proto.v1.ProcessSpec;
import java.util.ArrayList;
import java.util.List;

/** The section "process" of config.json, which is also what {@code exec --process} reads. */
final class ProcessSettings {

  private static final String PATH =
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private ProcessSettings() {}

  static JsonObject json(ProcessSpec spec, ContainerUser user) {
    JsonObject process = new JsonObject();
    process.addProperty("terminal", spec.getTerminal());
    if (spec.getTerminal() && spec.getTerminalRows() > 0 && spec.getTerminalColumns() > 0) {
      JsonObject size = new JsonObject();
      size.addProperty("height", spec.getTerminalRows());
      size.addProperty("width", spec.getTerminalColumns());
      process.add("consoleSize", size);
    }
    process.add("user", json(user));
    process.add("args", Json.array(spec.getArgsList()));
    process.add("env", Json.array(environment(spec, user)));
    process.addProperty(
        "cwd", spec.getWorkingDirectory().isEmpty() ? "/" : spec.getWorkingDirectory());
    process.add("capabilities", capabilities());
    process.addProperty("noNewPrivileges", false);
    return process;
  }

  private static JsonObject json(ContainerUser user) {
    JsonObject json = new JsonObject();
    json.addProperty("uid", user.uid());
    json.addProperty("gid", user.gid());
    if (!user.groups().isEmpty()) {
      json.add("additionalGids", Json.numbers(user.groups()));
    }
    return json;
  }

  private static List<String> environment(ProcessSpec spec, ContainerUser user) {
    List<String> environment = new ArrayList<>(spec.getEnvList());
    addUnlessSet(environment, PATH);
    addUnlessSet(environment, "HOME=" + user.home());
    if (spec.getTerminal()) {
      addUnlessSet(environment, "TERM=xterm");
    }
    return environment;
  }

  private static void addUnlessSet(List<String> environment, String setting) {
    String start = setting.substring(0, setting.indexOf('=') + 1);
    if (environment.stream().noneMatch(other -> other.startsWith(start))) {
      environment.add(setting);
    }
  }

  private static JsonObject capabilities() {
    JsonObject sets = new JsonObject();
    sets.add("bounding", Json.array(Capabilities.DEFAULT));
    sets.add("effective", Json.array(Capabilities.DEFAULT));
    sets.add("permitted", Json.array(Capabilities.DEFAULT));
    return sets;
  }
}
