package ctrenc.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.cli.doctor.Finding.Verdict;
import ctrenc.cli.rpc.Places;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is said of machines that lack one thing or another. */
class ExaminationTest {

  private static final String SOCKET = "/run/ctr-enc/snapshots.sock";
  private static final String PROXY =
      "  [proxy_plugins.%s]\n    type = \"snapshot\"\n    address = \"" + SOCKET + "\"\n";

  /** A machine on which all is well, until something is changed. */
  private static final class FakeMachine implements Machine {
    final Map<String, String> files = new HashMap<>();
    final Map<String, String> programs = new HashMap<>();

    FakeMachine() {
      files.put("/proc/sys/kernel/osrelease", "6.12.1-amd64\n");
      files.put("/proc/filesystems", "nodev\toverlay\nnodev\tfuse\n");
      files.put("/proc/self/limits", "Max locked memory         unlimited  unlimited  bytes\n");
      files.put("/dev/fuse", "");
      files.put("/sys/fs/fuse/connections", "");
      files.put("/proc/self/mounts", "/dev/sda / ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0\n");
      files.put(SOCKET, "");
      programs.put("runc", "runc version 1.1.5+ds1\ncommit: x\n");
      programs.put("containerd", "containerd github.com/containerd/containerd 1.6.20~ds1 x\n");
      programs.put("containerd config", "version = 2\n[proxy_plugins]\n" + PROXY.formatted("enc"));
    }

    @Override
    public Optional<String> read(Path file) {
      return Optional.ofNullable(files.get(file.toString()));
    }

    @Override
    public boolean exists(Path path) {
      return files.containsKey(path.toString());
    }

    @Override
    public Optional<String> output(String... command) {
      boolean isConfig = command[1].equals("config");
      return Optional.ofNullable(programs.get(command[0] + (isConfig ? " config" : "")));
    }
  }

  private final FakeMachine machine = new FakeMachine();

  private List<Finding> findings() {
    Places places = new Places(Path.of("/var/lib/ctr-enc"), Path.of("/run/ctr-enc"));
    return Examination.of(machine, places, "0");
  }

  /** The one finding that is not ok. */
  private Finding trouble() {
    List<Finding> troubles =
        findings().stream().filter(finding -> finding.verdict() != Verdict.OK).toList();
    assertThat(troubles).hasSize(1);
    assertThat(troubles.getFirst().advice()).isNotEmpty();
    return troubles.getFirst();
  }

  @Test
  void allIsWell() {
    assertThat(findings())
        .allSatisfy(
            finding -> {
              assertThat(finding.verdict()).as(finding.subject()).isEqualTo(Verdict.OK);
              assertThat(finding.advice()).isEmpty();
            });
  }

  @Test
  void kernelIsOld() {
    machine.files.put("/proc/sys/kernel/osrelease", "5.10.0");
    assertThat(trouble().verdict()).isEqualTo(Verdict.PROBLEM);
    machine.files.put("/proc/sys/kernel/osrelease", "6.1.0-18-amd64");
    assertThat(trouble().verdict()).isEqualTo(Verdict.NOTE);
  }

  @Test
  void devicesAndModulesAreMissing() {
    machine.files.remove("/dev/fuse");
    assertThat(trouble().subject()).isEqualTo("FUSE");
    machine.files.put("/dev/fuse", "");
    machine.files.put("/proc/filesystems", "nodev\tfuse\n");
    assertThat(trouble().subject()).isEqualTo("overlayfs");
  }

  @Test
  void littleMemoryMayBeLocked() {
    machine.files.put("/proc/self/limits", "Max locked memory     65536    65536   bytes\n");
    assertThat(trouble().subject()).isEqualTo("locked memory");
  }

  @Test
  void stateLiesOnAnOverlay() {
    machine.files.put(
        "/proc/self/mounts",
        "overlay / overlay rw 0 0\ntmpfs /run tmpfs rw 0 0\n/dev/sdb /var/libs ext4 rw 0 0\n");
    assertThat(trouble().verdict()).isEqualTo(Verdict.PROBLEM);
    machine.files.merge("/proc/self/mounts", "/dev/sdb /var/lib xfs rw 0 0\n", String::concat);
    assertThat(findings()).allMatch(finding -> finding.verdict() == Verdict.OK);
  }

  @Test
  void programsAreMissingOrOld() {
    machine.programs.remove("runc");
    assertThat(trouble().verdict()).isEqualTo(Verdict.PROBLEM);
    machine.programs.put("runc", "runc version 1.1.5");
    machine.programs.put("containerd", "containerd github.com/containerd/containerd v1.5.9 x");
    assertThat(trouble().found()).isEqualTo("v1.5.9 x");
    machine.programs.remove("containerd");
    assertThat(trouble().verdict()).isEqualTo(Verdict.NOTE);
  }

  @Test
  void containerdDoesNotKnowTheSocket() {
    machine.programs.put(
        "containerd config",
        "[proxy_plugins]\n  [proxy_plugins.other]\n    type = \"content\"\n    address = \""
            + SOCKET
            + "\"\n[debug]\n  address = \"x\"\n");
    assertThat(trouble().advice()).contains(SOCKET);
  }

  @Test
  void oneStoreHasTwoNames() {
    machine.programs.merge("containerd config", PROXY.formatted("\"en.c\""), String::concat);
    assertThat(trouble().found()).contains("enc, en.c");
  }

  @Test
  void theStoreIsKnownByAnotherName() {
    machine.files.put("/var/lib/ctr-enc/snapshotter/name", "former");
    assertThat(trouble().advice()).contains("former");
  }
}
