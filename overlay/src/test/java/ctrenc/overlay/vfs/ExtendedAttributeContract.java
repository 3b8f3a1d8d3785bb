package ctrenc.overlay.vfs;

import static ctrenc.overlay.vfs.FileSystemUser.bytes;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Extended attributes. */
public interface ExtendedAttributeContract {

  int CREATE = 1;
  int REPLACE = 2;

  FileSystemUser user();

  private void set(String path, String name, String value, int flags) throws ErrnoException {
    user()
        .fileSystem()
        .setxattr(Caller.ROOT, user().inode(path), Name.of(name), bytes(value), flags, false);
  }

  private String[] names(String path) throws ErrnoException {
    String list =
        new String(user().fileSystem().listxattr(user().inode(path)), StandardCharsets.UTF_8);
    return list.isEmpty() ? new String[0] : list.split("\0");
  }

  @Test
  default void attributesComeAndGo() throws ErrnoException {
    user().put("/f", "");
    assertThat(names("/f")).isEmpty();
    set("/f", "user.a", "1", 0);
    set("/f", "trusted.b", "", 0);
    set("/f", "security.c", "333", 0);
    assertThat(names("/f")).containsExactlyInAnyOrder("user.a", "trusted.b", "security.c");
    assertThat(user().getxattr("/f", "user.a")).isEqualTo(bytes("1"));
    assertThat(user().getxattr("/f", "trusted.b")).isEmpty();
    set("/f", "user.a", "22", 0);
    assertThat(user().getxattr("/f", "user.a")).isEqualTo(bytes("22"));
    user().fileSystem().removexattr(Caller.ROOT, user().inode("/f"), Name.of("user.a"));
    assertThat(names("/f")).containsExactlyInAnyOrder("trusted.b", "security.c");
    refused(Errno.ENODATA, () -> user().getxattr("/f", "user.a"));
    refused(
        Errno.ENODATA,
        () -> user().fileSystem().removexattr(Caller.ROOT, user().inode("/f"), Name.of("user.a")));
  }

  @Test
  default void flagsSayWhatMayBeThere() throws ErrnoException {
    user().put("/f", "");
    refused(Errno.ENODATA, () -> set("/f", "user.a", "1", REPLACE));
    set("/f", "user.a", "1", CREATE);
    refused(Errno.EEXIST, () -> set("/f", "user.a", "2", CREATE));
    set("/f", "user.a", "3", REPLACE);
    assertThat(user().getxattr("/f", "user.a")).isEqualTo(bytes("3"));
  }

  /** The answers are those of ext4. */
  @Test
  default void aNamespaceAloneAndAnUnknownOneAreNoNames() throws ErrnoException {
    user().put("/f", "");
    user().mkdir("/d");
    for (String path : new String[] {"/f", "/d"}) {
      for (String name : new String[] {"user.", "trusted.", "security."}) {
        refusedEverywhere(Errno.EINVAL, path, name);
      }
      for (String name : new String[] {"user", "system.", "system.x", "other.", "other.x"}) {
        refusedEverywhere(Errno.EOPNOTSUPP, path, name);
      }
      assertThat(names(path)).isEmpty();
    }
  }

  private void refusedEverywhere(Errno errno, String path, String name) throws ErrnoException {
    long inode = user().inode(path);
    refused(errno, () -> user().getxattr(path, name));
    refused(errno, () -> set(path, name, "1", 0));
    refused(errno, () -> set(path, name, "1", REPLACE));
    refused(errno, () -> user().fileSystem().removexattr(Caller.ROOT, inode, Name.of(name)));
  }

  @Test
  default void everyKindHasAttributes() throws ErrnoException {
    user().mkdir("/d");
    user().symlink("/l", "x");
    user().mknod("/p", FileMode.FIFO | 0600, 0);
    for (String path : new String[] {"/d", "/l", "/p"}) {
      set(path, "trusted.t", path, 0);
      assertThat(user().getxattr(path, "trusted.t")).isEqualTo(bytes(path));
    }
    set("/d", "user.u", "dir", 0);
    assertThat(user().readlink("/l")).isEqualTo("x");
  }

  @Test
  default void theLargestValueFits() throws ErrnoException {
    user().put("/f", pattern(1, 100));
    byte[] value = pattern(2, 64 << 10);
    user().setxattr("/f", "user." + "n".repeat(250), value);
    assertThat(user().getxattr("/f", "user." + "n".repeat(250))).isEqualTo(value);
    same(user().read("/f"), pattern(1, 100));
  }

  @Test
  default void valuesAreBytesOfTheirOwn() throws ErrnoException {
    user().put("/f", "");
    byte[] value = bytes("abc");
    user().setxattr("/f", "user.v", value);
    Arrays.fill(value, (byte) 0);
    Arrays.fill(user().getxattr("/f", "user.v"), (byte) 1);
    assertThat(user().getxattr("/f", "user.v")).isEqualTo(bytes("abc"));
  }
}
