package ctrenc.overlay.vfs;

import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** POSIX access control lists: kept in step with modes, and inherited. */
public interface AclContract {

  String ACCESS = "system.posix_acl_access";
  String DEFAULT = "system.posix_acl_default";
  int OWNER = 1;
  int NAMED = 2;
  int GROUP = 4;
  int MASK = 16;
  int OTHER = 32;

  FileSystemUser user();

  /** A list of tag and permissions in pairs; named entries are for user 1234. */
  private static byte[] acl(int... pairs) {
    ByteBuffer out =
        ByteBuffer.allocate(4 + pairs.length * 4).order(ByteOrder.LITTLE_ENDIAN).putInt(2);
    for (int i = 0; i < pairs.length; i += 2) {
      out.putShort((short) pairs[i])
          .putShort((short) pairs[i + 1])
          .putInt(pairs[i] == NAMED ? 1234 : -1);
    }
    return out.array();
  }

  private int permissions(String path) throws ErrnoException {
    return user().stat(path).mode() & 0777;
  }

  @Test
  default void anAccessListSetsTheMode() throws ErrnoException {
    user().put("/f", "");
    user().setxattr("/f", ACCESS, acl(OWNER, 7, NAMED, 6, GROUP, 1, MASK, 5, OTHER, 4));
    assertThat(permissions("/f")).isEqualTo(0754);
    assertThat(user().getxattr("/f", ACCESS))
        .isEqualTo(acl(OWNER, 7, NAMED, 6, GROUP, 1, MASK, 5, OTHER, 4));
  }

  @Test
  default void aMinimalListIsOnlyAMode() throws ErrnoException {
    user().put("/f", "");
    user().setxattr("/f", ACCESS, acl(OWNER, 6, GROUP, 4, OTHER, 0));
    assertThat(permissions("/f")).isEqualTo(0640);
    refused(Errno.ENODATA, () -> user().getxattr("/f", ACCESS));
  }

  @Test
  default void theModeSetsTheMask() throws ErrnoException {
    user().put("/f", "");
    user().setxattr("/f", ACCESS, acl(OWNER, 7, NAMED, 6, GROUP, 1, MASK, 5, OTHER, 4));
    user().chmod("/f", 0623);
    assertThat(user().getxattr("/f", ACCESS))
        .isEqualTo(acl(OWNER, 6, NAMED, 6, GROUP, 1, MASK, 2, OTHER, 3));
    assertThat(permissions("/f")).isEqualTo(0623);
  }

  @Test
  default void settingAListCanTakeSetgid() throws ErrnoException {
    user().put("/f", "");
    user().chmod("/f", 02755);
    long inode = user().inode("/f");
    byte[] list = acl(OWNER, 7, NAMED, 6, GROUP, 5, MASK, 5, OTHER, 4);
    user().fileSystem().setxattr(Caller.ROOT, inode, Name.of(ACCESS), list, 0, true);
    assertThat(user().stat("/f").mode() & FileMode.SETGID).isZero();
  }

  @Test
  default void aDefaultListTakesThePlaceOfTheUmask() throws ErrnoException {
    user().mkdir("/d");
    byte[] defaults = acl(OWNER, 7, NAMED, 7, GROUP, 5, MASK, 7, OTHER, 7);
    user().setxattr("/d", DEFAULT, defaults);
    user().mknod("/d/f", FileMode.REGULAR | 0666, 0);
    assertThat(permissions("/d/f")).isEqualTo(0666);
    assertThat(user().getxattr("/d/f", ACCESS))
        .isEqualTo(acl(OWNER, 6, NAMED, 7, GROUP, 5, MASK, 6, OTHER, 6));
    refused(Errno.ENODATA, () -> user().getxattr("/d/f", DEFAULT));
    user().mkdir("/d/s", 0750);
    assertThat(permissions("/d/s")).isEqualTo(0750);
    assertThat(user().getxattr("/d/s", DEFAULT)).isEqualTo(defaults);
    assertThat(user().symlink("/d/l", "x").mode()).isEqualTo(FileMode.SYMLINK | 0777);
  }

  @Test
  default void aMinimalDefaultListShapesModesAlone() throws ErrnoException {
    user().mkdir("/d");
    user().setxattr("/d", DEFAULT, acl(OWNER, 7, GROUP, 7, OTHER, 0));
    user().mknod("/d/f", FileMode.REGULAR | 0666, 0);
    assertThat(permissions("/d/f")).isEqualTo(0660);
    refused(Errno.ENODATA, () -> user().getxattr("/d/f", ACCESS));
  }
}
