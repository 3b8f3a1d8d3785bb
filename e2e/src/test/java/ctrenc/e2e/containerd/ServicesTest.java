package ctrenc.e2e.containerd;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.BootedSystem;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.Ctr;
import ctrenc.e2e.harness.OciArchive;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** containerd and the daemon as services of a real systemd, by the units that are installed. */
@Tag("kernel")
@Timeout(300)
class ServicesTest {

  private static final String IMAGE = "docker.io/test/services:1";
  private static final String UNIT = "ctr-enc.service";
  private static final Duration LONG = Duration.ofMinutes(2);

  @Test
  void containersGoOnOverRestartsAndDeathOfServices() throws Exception {
    try (BootedSystem system = BootedSystem.boot()) {
      load(system);
      system.containerd().runDetached(IMAGE, "on", "exec > /dev/null; " + Counting.SCRIPT);
      system.cli("create", "root", "--empty").ok();
      replace(system, "systemctl", "restart", UNIT);
      replace(system, "systemctl", "try-restart", UNIT);
      replace(system, "systemctl", "kill", "--signal=KILL", "--kill-who=main", UNIT);
      replace(system, "systemctl", "restart", "containerd.service");
      assertThat(system.cli("daemon", "restart").ok()).contains("callers waited for");
      awaitProgress(system);
      Counting.requireWhole(system.containerd().exec("on", "cat /n"));
      assertThat(system.cli("ps").ok()).contains("root");

      assertThat(mounts(system)).contains("/run/ctr-enc/roots/");
      system.inside("systemctl", "stop", UNIT).ok();
      assertThat(mounts(system)).doesNotContain("/run/ctr-enc/roots/");
      system.inside("systemctl", "start", UNIT).ok();
      assertThat(system.cli("ps").ok()).doesNotContain("root");
    }
  }

  private static void replace(BootedSystem system, String... how) {
    system.inside(how).ok();
    awaitProgress(system);
    system.containerd().awaitSnapshotter();
    assertThat(system.containerd().run(IMAGE, "next", "cat /d/f")).isEqualTo("1\n");
  }

  @Test
  void whatWasCommittedIsThereAfterALossOfPower() throws Exception {
    try (BootedSystem system = BootedSystem.boot()) {
      load(system);
      Ctr containerd = system.containerd();
      List<String> byMachine =
          List.of("-d", "--snapshotter-label=containerd.io/snapshot/ctr-enc.io/key=machine");
      containerd.run(byMachine, IMAGE, "kept", "[ -e /f ] || echo 2 > /f; sync; sleep 999").ok();
      containerd.runDetached(IMAGE, "on", "sleep 999");
      Condition.await("it is written", LONG, () -> containerd.exec("kept", "cat /f").equals("2\n"));

      system.reset();

      assertThat(containerd.ctr("tasks", "ls", "-q").ok()).isEmpty();
      assertThat(containerd.ctr("containers", "ls", "-q").ok()).isEqualTo("kept\non\n");
      containerd.ctr("tasks", "start", "-d", "kept").ok();
      assertThat(containerd.exec("kept", "cat /f")).isEqualTo("2\n");
      assertThat(containerd.ctr("tasks", "start", "-d", "on").run().exit())
          .as("a throwaway's key ended with the power")
          .isNotZero();
      containerd.ctr("containers", "rm", "on").ok();
      assertThat(containerd.run(IMAGE, "next", "cat /d/f")).isEqualTo("1\n");
      assertThat(system.cli("check").ok()).isNotEmpty();
    }
  }

  private static void load(BootedSystem system) throws Exception {
    Path layer = OciArchive.busybox(system.home().resolve("1.tar"), "mkdir d; echo 1 > d/f");
    Path image = OciArchive.write(system.home().resolve("image.tar"), IMAGE, List.of(layer));
    system.containerd().load(image);
  }

  private static void awaitProgress(BootedSystem system) {
    int count = lines(system);
    Condition.await("the container goes on", LONG, () -> lines(system) > count);
  }

  private static int lines(BootedSystem system) {
    return Integer.parseInt(system.containerd().exec("on", "wc -l < /n").strip());
  }

  private static String mounts(BootedSystem system) {
    return system.inside("cat", "/proc/mounts").ok();
  }
}
