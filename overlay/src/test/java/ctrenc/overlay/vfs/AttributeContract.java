package ctrenc.overlay.vfs;

import static ctrenc.overlay.vfs.FileSystemUser.bytes;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Mode, owner and times, and how changes take privileges away. */
public interface AttributeContract {

  FileSystemUser user();

  private int permissions(String path) throws ErrnoException {
    return user().stat(path).mode() & FileMode.PERMISSIONS;
  }

  @Test
  default void umaskAndOwnerShapeNewInodes() throws ErrnoException {
    FileSystemUser someone = user().as(1000, 100);
    Attributes made = someone.mkdir("/d", 0777);
    assertThat(made.mode()).isEqualTo(FileMode.DIRECTORY | 0755);
    assertThat(made.uid()).isEqualTo(1000);
    assertThat(made.gid()).isEqualTo(100);
    assertThat(someone.mknod("/d/f", FileMode.REGULAR | 0666, 0).mode())
        .isEqualTo(FileMode.REGULAR | 0644);
    assertThat(made.born()).isLessThanOrEqualTo(made.changed());
  }

  @Test
  default void setgidDirectoriesPassTheirGroupOn() throws ErrnoException {
    user().mkdir("/d");
    user().chown("/d", 0, 500);
    user().chmod("/d", 02775);
    FileSystemUser someone = user().as(1000, 100);
    assertThat(someone.put("/d/f", "")).isPositive();
    assertThat(user().stat("/d/f").gid()).isEqualTo(500);
    assertThat(user().stat("/d/f").mode() & FileMode.SETGID).isZero();
    assertThat(someone.mkdir("/d/s").mode() & FileMode.SETGID).isEqualTo(FileMode.SETGID);
    assertThat(user().stat("/d/s").gid()).isEqualTo(500);
  }

  @Test
  default void modeChangesKeepTheKind() throws ErrnoException {
    user().put("/f", "");
    assertThat(user().chmod("/f", 07777).mode()).isEqualTo(FileMode.REGULAR | 07777);
    assertThat(user().chmod("/f", FileMode.DIRECTORY | 0600).mode())
        .isEqualTo(FileMode.REGULAR | 0600);
    user().mkdir("/d");
    assertThat(user().chmod("/d", 01777).mode()).isEqualTo(FileMode.DIRECTORY | 01777);
  }

  @Test
  default void aNewOwnerLosesThePrivilegesOfAFile() throws ErrnoException {
    user().put("/f", "");
    user().chmod("/f", 06755);
    user().setxattr("/f", "security.capability", new byte[20]);
    user().chown("/f", 7, 8);
    assertThat(permissions("/f")).isEqualTo(0755);
    refused(Errno.ENODATA, () -> user().getxattr("/f", "security.capability"));
    user().chmod("/f", 06644);
    user().chown("/f", 9, 9);
    assertThat(permissions("/f")).isEqualTo(02644);
    user().mkdir("/d");
    user().chmod("/d", 06755);
    user().chown("/d", 7, 8);
    assertThat(permissions("/d")).isEqualTo(06755);
    assertThat(user().stat("/f").uid()).isEqualTo(9);
  }

  @Test
  default void writingTakesPrivilegesWhenAsked() throws ErrnoException {
    long inode = user().put("/f", "x");
    user().chmod("/f", 06755);
    long handle = user().open("/f", FileSystemUser.WRITE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes("yz"));
      user().fileSystem().write(inode, handle, 0, source, false);
      assertThat(permissions("/f")).isEqualTo(06755);
      user().fileSystem().write(inode, handle, 0, source, true);
    }
    assertThat(permissions("/f")).isEqualTo(0755);
    user().close(inode, handle);
    user().chmod("/f", 06755);
    user()
        .change(
            "/f",
            AttributeChange.SIZE | AttributeChange.KILL_PRIVILEGES,
            FileSystemUser.values(0, 0, 0, 1));
    assertThat(permissions("/f")).isEqualTo(0755);
    assertThat(user().text("/f")).isEqualTo("y");
  }

  @Test
  default void timesAreSetToTheNanosecond() throws ErrnoException {
    user().put("/f", "");
    Timestamp accessed = new Timestamp(1_234_567_890, 123_456_789);
    Timestamp modified = new Timestamp(-5, 999_999_999);
    Attributes set =
        user()
            .change(
                "/f",
                AttributeChange.ACCESSED | AttributeChange.MODIFIED,
                new AttributeChange(0, 0, 0, 0, 0, accessed, modified, Timestamp.EPOCH));
    assertThat(set.accessed()).isEqualTo(accessed);
    assertThat(set.modified()).isEqualTo(modified);
    assertThat(set.changed()).isGreaterThan(accessed);
    assertThat(user().stat("/f").accessed()).isEqualTo(accessed);
    Attributes now =
        user()
            .change(
                "/f",
                AttributeChange.ACCESSED_NOW | AttributeChange.MODIFIED_NOW,
                FileSystemUser.values(0, 0, 0, 0));
    assertThat(now.accessed()).isGreaterThan(accessed);
    assertThat(now.modified()).isGreaterThan(accessed);
  }

  @Test
  default void anEmptyChangeOnlyAsks() throws ErrnoException {
    user().put("/f", "x");
    Attributes before = user().stat("/f");
    assertThat(user().change("/f", 0, FileSystemUser.values(0, 1, 1, 9))).isEqualTo(before);
  }

  @Test
  default void everyChangeMovesTheChangeTime() throws ErrnoException {
    user().put("/f", "");
    Timestamp past = new Timestamp(1000, 0);
    FileSystemUser.Call[] calls = {
      () -> user().chmod("/f", 0600),
      () -> user().chown("/f", 1, 1),
      () -> user().truncate("/f", 10),
      () -> user().link("/f", "/g"),
      () -> user().unlink("/g"),
      () -> user().setxattr("/f", "user.x", bytes("x"))
    };
    for (FileSystemUser.Call call : calls) {
      user()
          .change(
              "/f", AttributeChange.CHANGED, new AttributeChange(0, 0, 0, 0, 0, past, past, past));
      assertThat(user().stat("/f").changed()).isEqualTo(past);
      call.run();
      assertThat(user().stat("/f").changed()).isGreaterThan(past);
    }
  }
}
