package ctrenc.daemon.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SystemdServiceTest {

  @Test
  void theControlGroupTellsTheUnit() {
    assertThat(SystemdService.unit("0::/system.slice/ctr-enc.service\n"))
        .contains("ctr-enc.service");
    assertThat(SystemdService.unit("0::/system.slice/ctr-enc.service/inner\n"))
        .contains("ctr-enc.service");
    assertThat(
            SystemdService.unit(
                "4:memory:/docker.service\n1:name=systemd:/system.slice/ctr-enc.service\n0::/\n"))
        .contains("ctr-enc.service");
    assertThat(SystemdService.unit("0::/user.slice/session-1.scope\n")).isEmpty();
    assertThat(SystemdService.unit("0::/\n")).isEmpty();
  }

  @Test
  void onlyARestartOfTheUnitIsOne() {
    String unit = "ctr-enc.service";
    assertThat(SystemdService.isRestart("162 ctr-enc.service restart running\n", unit)).isTrue();
    assertThat(SystemdService.isRestart("  7 ctr-enc.service restart waiting\n", unit)).isTrue();
    assertThat(SystemdService.isRestart("162 ctr-enc.service stop running\n", unit)).isFalse();
    assertThat(SystemdService.isRestart("162 restart.service stop running\n", unit)).isFalse();
    assertThat(SystemdService.isRestart("162 other.service restart running\n", unit)).isFalse();
    assertThat(SystemdService.isRestart("", unit)).isFalse();
  }
}
