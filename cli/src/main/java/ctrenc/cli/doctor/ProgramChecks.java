package ctrenc.cli.doctor;

import ctrenc.cli.rpc.Places;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** runc, and containerd with its configuration. */
final class ProgramChecks {

  private static final String CONTAINERD = "containerd";

  private final Machine machine;
  private final Places places;

  ProgramChecks(Machine machine, Places places) {
    this.machine = machine;
    this.places = places;
  }

  List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    findings.add(runc());
    Optional<String> version = machine.output(CONTAINERD, "--version");
    if (version.isEmpty()) {
      findings.add(
          Finding.note(
              CONTAINERD, "it is not installed", "Only who runs containers under it needs it."));
      return findings;
    }
    findings.add(containerd(version.get()));
    findings.addAll(configuration());
    return findings;
  }

  private Finding runc() {
    Optional<String> version = machine.output("runc", "--version");
    if (version.isEmpty()) {
      return Finding.problem(
          "runc",
          "it is not installed",
          "Install it: apt-get install runc. Roots work without it.");
    }
    String found = version.get().lines().findFirst().orElse("");
    boolean isOld = Release.in(found).map(release -> release.isBefore(1, 1)).orElse(true);
    return isOld
        ? Finding.note("runc", found, "Releases before 1.1 are not tested: install a later one.")
        : Finding.ok("runc", found);
  }

  private static Finding containerd(String version) {
    String found = version.strip().replaceFirst("^containerd \\S+ ", "");
    boolean isOld = Release.in(found).map(release -> release.isBefore(1, 6)).orElse(true);
    return isOld
        ? Finding.problem(CONTAINERD, found, "Install containerd 1.6 or later.")
        : Finding.ok(CONTAINERD, found);
  }

  private List<Finding> configuration() {
    String subject = "containerd's configuration";
    String socket = places.run().resolve("snapshots.sock").toString();
    Map<String, String> all =
        ContainerdConfig.snapshotters(machine.output(CONTAINERD, "config", "dump").orElse(""));
    List<String> names =
        all.entrySet().stream()
            .filter(proxy -> proxy.getValue().equals(socket))
            .map(Map.Entry::getKey)
            .toList();
    if (names.isEmpty()) {
      return List.of(
          Finding.note(
              subject,
              "no snapshotter of it leads to " + socket,
              "To run containers under it, add [proxy_plugins.ctr-enc] with type = \"snapshot\" and address = \""
                  + socket
                  + "\" to /etc/containerd/config.toml, and restart it."));
    }
    if (names.size() > 1) {
      return List.of(
          Finding.problem(
              subject,
              "several snapshotters lead to " + socket + ": " + String.join(", ", names),
              "Leave one of them: each would remove what the others made."));
    }
    return List.of(named(subject, names.getFirst()), socket(socket));
  }

  private Finding named(String subject, String name) {
    Path file = places.state().resolve("snapshotter/name");
    String known = machine.read(file).map(String::strip).orElse(name);
    return known.equals(name)
        ? Finding.ok(subject, "the snapshotter is called " + name)
        : Finding.problem(
            subject,
            "the snapshotter is called " + name + ", the store knows it as " + known,
            "Call it " + known + " again, or use another state directory.");
  }

  private Finding socket(String socket) {
    return machine.exists(Path.of(socket))
        ? Finding.ok("snapshots' socket", socket + " is there")
        : Finding.note(
            "snapshots' socket",
            socket + " is not there",
            "Start the daemon before containerd needs it: ctr-enc daemon start.");
  }
}
