package ctrenc.daemon.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.daemon.refusal.RefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users are those of the container's own files, wherever its links point. */
class UserLookupTest {

  @TempDir Path home;

  private Path root;
  private UserLookup users;

  @BeforeEach
  void write() throws Exception {
    root = Files.createDirectories(home.resolve("root"));
    Files.createDirectory(root.resolve("etc"));
    Files.writeString(
        root.resolve("etc/passwd"),
        """
        root:x:0:0:root:/root:/bin/sh
        broken line
        app:x:1000:1001::/srv/app:/bin/sh
        huge:x:99999999999:1::/:/bin/sh
        """);
    Files.writeString(
        root.resolve("etc/group"), "app:x:1001:\nextra:x:2000:other,app\nalso:x:2001:app\n");
    users = new UserLookup(new RootFiles(root));
  }

  @Test
  void findsNamesAndNumbers() throws Exception {
    assertThat(users.find("")).isEqualTo(ContainerUser.ROOT);
    assertThat(users.find("app"))
        .isEqualTo(new ContainerUser(1000, 1001, List.of(2000, 2001), "/srv/app"));
    assertThat(users.find("1000"))
        .isEqualTo(new ContainerUser(1000, 1001, List.of(2000, 2001), "/srv/app"));
    assertThat(users.find("app:extra"))
        .isEqualTo(new ContainerUser(1000, 2000, List.of(), "/srv/app"));
    assertThat(users.find("77:88")).isEqualTo(new ContainerUser(77, 88, List.of(), "/"));
  }

  @Test
  void saysWhoIsMissing() {
    for (String unknown : new String[] {"nobody", "huge", "app:nogroup", "99999999999"}) {
      assertThatThrownBy(() -> users.find(unknown))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("is not in the container's");
    }
  }

  @Test
  void staysInsideTheRoot() throws Exception {
    Files.writeString(home.resolve("outside"), "sly:x:0:0::/:/bin/sh\n");
    Files.delete(root.resolve("etc/passwd"));
    Files.createSymbolicLink(root.resolve("etc/passwd"), Path.of("../../outside"));
    assertThatThrownBy(() -> users.find("sly")).isInstanceOf(RefusedException.class);
    Files.delete(root.resolve("etc/passwd"));
    Files.writeString(root.resolve("users"), "inner:x:5:6::/:/bin/sh\n");
    Files.createSymbolicLink(root.resolve("etc/passwd"), Path.of("/users"));
    assertThat(users.find("inner").uid()).isEqualTo(5);
  }

  @Test
  void doesNotWaitForAPipe() throws Exception {
    Files.delete(root.resolve("etc/passwd"));
    Process make = new ProcessBuilder("mkfifo", root.resolve("etc/passwd").toString()).start();
    assertThat(make.waitFor()).isZero();
    assertThatThrownBy(() -> users.find("app")).isInstanceOf(RefusedException.class);
  }
}
