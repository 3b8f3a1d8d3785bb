package ctrenc.overlay.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.vfs.MemoryFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who may do what, over a real mount: modes, set-ID bits, umask, ACLs and capabilities, as Linux
 * has them.
 */
@Tag("kernel")
class PrivilegeTest {

  private static final String NOBODY = "setpriv --reuid 65534 --regid 65534 --clear-groups ";

  @TempDir Path parent;
  private final MemoryFileSystem fileSystem = new MemoryFileSystem();
  private LiveMount live;

  CacheMode mode() {
    return CacheMode.WRITEBACK;
  }

  /** How requests come. */
  Carrier carrier() {
    return Carrier.DEVICE;
  }

  @BeforeEach
  void mount() throws Exception {
    // The test's own directory is for its owner alone, but others must reach the mount.
    new ProcessBuilder("chmod", "755", parent.toString()).start().waitFor();
    live = LiveMount.of(carrier(), fileSystem, parent, mode());
  }

  @AfterEach
  void unmount() throws IOException {
    live.close();
  }

  @Test
  void kernelChecksPermissions() throws Exception {
    live.run("echo x > secret && chmod 600 secret && mkdir -m 777 open");
    assertThat(live.run(NOBODY + "cat secret 2>&1 || true")).contains("Permission denied");
    assertThat(live.run(NOBODY + "sh -c 'echo mine > open/file' && stat -c %u:%g open/file"))
        .isEqualTo("65534:65534");
  }

  @Test
  void umaskApplies() throws Exception {
    assertThat(live.run("umask 027; touch f; mkdir d; mkfifo p; stat -c %a f d p"))
        .isEqualTo("640\n750\n640");
  }

  @Test
  void setGroupDirectoriesHandDownTheirGroup() throws Exception {
    live.run("mkdir d && chgrp 77 d && chmod 2777 d && touch d/f && mkdir d/sub");
    assertThat(live.run("stat -c %g:%a d/f d/sub")).isEqualTo("77:644\n77:2755");
  }

  @Test
  void setIdProgramsTakeEffect() throws Exception {
    live.run("cp /usr/bin/id id && chmod 4755 id");
    assertThat(live.run(NOBODY + "./id -u")).isEqualTo("0");
  }

  @Test
  void writingClearsSetIdBits() throws Exception {
    live.run("echo x > f && chmod 6777 f");
    live.run(NOBODY + "sh -c 'echo y >> f'");
    assertThat(live.run("stat -c %a f")).isEqualTo("777");
    live.run("chmod 6777 f && " + NOBODY + "truncate -s 1 f");
    assertThat(live.run("stat -c %a f")).isEqualTo("777");
    live.run("chmod 6777 f && " + NOBODY + "fallocate -l 100 f");
    assertThat(live.run("stat -c %a f")).isEqualTo("777");
    live.run("chmod 6777 f && chown 1:1 f");
    assertThat(live.run("stat -c %a f")).isEqualTo("777");
  }

  @Test
  void writingClearsCapabilities() throws Exception {
    live.run("cp /bin/true tool && setcap cap_net_raw+ep tool");
    assertThat(live.run("getcap tool")).contains("cap_net_raw");
    live.run("echo >> tool");
    assertThat(live.run("getcap tool")).isEmpty();
  }

  @Test
  void accessListsDecideAndSetTheMode() throws Exception {
    carrier().assumeNoLibfuse("access control lists are refused");
    live.run("echo x > f && chmod 600 f && setfacl -m u:65534:r f");
    assertThat(live.run("stat -c %a f")).isEqualTo("640");
    assertThat(live.run(NOBODY + "cat f")).isEqualTo("x");
    live.run("chmod 600 f");
    assertThat(live.run("getfacl -ncp f")).contains("user:65534:r--\t#effective:---", "mask::---");
    live.run("setfacl -b f");
    assertThat(live.run("getfattr -m - f")).isEmpty();
  }

  @Test
  void defaultListsAreInheritedInPlaceOfTheUmask() throws Exception {
    carrier().assumeNoLibfuse("access control lists are refused");
    live.run("mkdir d && setfacl -d -m u:65534:rwx d && umask 077 && touch d/f && mkdir d/sub");
    assertThat(live.run("getfacl -ncp d/f"))
        .contains("user:65534:rwx\t#effective:rw-", "mask::rw-");
    assertThat(live.run("getfacl -ncpd d/sub")).contains("user:65534:rwx");
  }

  @Test
  void stickyDirectoriesProtectTheirFiles() throws Exception {
    live.run("mkdir -m 1777 d && echo x > d/f");
    assertThat(live.run(NOBODY + "rm -f d/f 2>&1 || true")).contains("not permitted");
  }
}
