package ctrenc.daemon.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.StoreDirectory;
import ctrenc.overlay.vfs.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users are those of the container's own files, wherever its links point. */
class UserLookupTest {

  @TempDir Path home;

  private Path root;
  private StoreDirectory store;

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
    store = StoreDirectory.open(home.resolve("state"), finding -> {}, SecretMemory.plain());
  }

  @AfterEach
  void close() throws Exception {
    store.close();
  }

  /** Finds a user in a root that shows the host's directory as it is now. */
  private ContainerUser find(String wanted) throws Exception {
    Base base = new Base.HostTree(root);
    UUID shown = store.subvolumes().create("r" + UUID.randomUUID(), base, List.of()).id();
    FileSystem fileSystem = store.subvolumes().open(shown);
    try {
      return new UserLookup(new RootFiles(fileSystem)).find(wanted);
    } finally {
      fileSystem.close();
    }
  }

  @Test
  void findsNamesAndNumbers() throws Exception {
    assertThat(find("")).isEqualTo(ContainerUser.ROOT);
    assertThat(find("app"))
        .isEqualTo(new ContainerUser(1000, 1001, List.of(2000, 2001), "/srv/app"));
    assertThat(find("1000"))
        .isEqualTo(new ContainerUser(1000, 1001, List.of(2000, 2001), "/srv/app"));
    assertThat(find("app:extra")).isEqualTo(new ContainerUser(1000, 2000, List.of(), "/srv/app"));
    assertThat(find("77:88")).isEqualTo(new ContainerUser(77, 88, List.of(), "/"));
  }

  @Test
  void saysWhoIsMissing() {
    for (String unknown : new String[] {"nobody", "huge", "app:nogroup", "99999999999"}) {
      assertThatThrownBy(() -> find(unknown))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("is not in the container's");
    }
  }

  @Test
  void staysInsideTheRoot() throws Exception {
    Files.writeString(home.resolve("outside"), "sly:x:0:0::/:/bin/sh\n");
    Files.delete(root.resolve("etc/passwd"));
    Files.createSymbolicLink(root.resolve("etc/passwd"), Path.of("../../outside"));
    assertThatThrownBy(() -> find("sly")).isInstanceOf(RefusedException.class);
    Files.delete(root.resolve("etc/passwd"));
    Files.writeString(root.resolve("users"), "inner:x:5:6::/:/bin/sh\n");
    Files.createSymbolicLink(root.resolve("etc/passwd"), Path.of("/users"));
    assertThat(find("inner").uid()).isEqualTo(5);
  }

  @Test
  void linksMayGoUpAndInCirclesAndThroughFiles() throws Exception {
    Path passwd = root.resolve("etc/passwd");
    Files.move(passwd, root.resolve("etc/real"));
    for (String way : new String[] {"../etc/./real", "/../..//etc/real", "../etc/../etc/real"}) {
      Files.createSymbolicLink(passwd, Path.of(way));
      assertThat(find("app").uid()).as(way).isEqualTo(1000);
      Files.delete(passwd);
    }
    for (String way : new String[] {"passwd", "real/x", "real/..", "/", "none", "x".repeat(300)}) {
      Files.createSymbolicLink(passwd, Path.of(way));
      assertThatThrownBy(() -> find("app")).as(way).isInstanceOf(RefusedException.class);
      Files.delete(passwd);
    }
  }

  @Test
  void doesNotWaitForAPipe() throws Exception {
    Files.delete(root.resolve("etc/passwd"));
    Process make = new ProcessBuilder("mkfifo", root.resolve("etc/passwd").toString()).start();
    assertThat(make.waitFor()).isZero();
    assertThatThrownBy(() -> find("app")).isInstanceOf(RefusedException.class);
  }
}
