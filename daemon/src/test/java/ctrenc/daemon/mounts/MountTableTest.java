package ctrenc.daemon.mounts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Lines as proc_pid_mountinfo(5) shows them. */
class MountTableTest {

  @Test
  void readsLinesWithAnyNumberOfOptionalFields() {
    assertThat(
            MountTable.parse(
                "36 35 0:52 / /run/ctr-enc/roots/ab rw,noatime shared:1 master:2 - fuse.ctr-enc ctr-enc:ab rw,user_id=0"))
        .contains(
            new MountTable.Entry("0:52", "/run/ctr-enc/roots/ab", "fuse.ctr-enc", "ctr-enc:ab"));
    assertThat(MountTable.parse("36 35 98:0 / /mnt rw - ext4 /dev/root rw,errors=continue"))
        .hasValueSatisfying(entry -> assertThat(entry.isFuse()).isFalse());
  }

  @Test
  void readsNamesWithBlanks() {
    assertThat(MountTable.parse("36 35 0:7 / /mnt/a\\040b\\134c rw - fuse x rw"))
        .hasValueSatisfying(
            entry -> {
              assertThat(entry.target()).isEqualTo("/mnt/a b\\c");
              assertThat(entry.minor()).isEqualTo(7);
            });
  }

  @Test
  void passesOverWhatItDoesNotUnderstand() {
    assertThat(MountTable.parse("")).isEmpty();
    assertThat(MountTable.parse("36 35 98:0 / /mnt rw -")).isEmpty();
  }
}
