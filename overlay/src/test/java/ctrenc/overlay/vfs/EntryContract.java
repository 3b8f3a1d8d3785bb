package ctrenc.overlay.vfs;

import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Names: made, found, linked and removed. */
public interface EntryContract {

  FileSystemUser user();

  @Test
  default void aMissingNameIsNotFound() {
    refused(Errno.ENOENT, () -> user().stat("/nothing"));
    refused(Errno.ENOENT, () -> user().unlink("/nothing"));
    refused(Errno.ENOENT, () -> user().rmdir("/nothing"));
    refused(Errno.ENOENT, () -> user().rename("/nothing", "/something"));
  }

  @Test
  default void theRootIsItsOwnParent() throws ErrnoException {
    FileSystem fileSystem = user().fileSystem();
    assertThat(fileSystem.getattr(FileSystem.ROOT).isDirectory()).isTrue();
    Attributes above = fileSystem.lookup(Caller.ROOT, FileSystem.ROOT, Name.DOT_DOT);
    assertThat(above.inode()).isEqualTo(FileSystem.ROOT);
  }

  @Test
  default void dotAndDotDotAreFoundByInode() throws ErrnoException {
    user().mkdir("/a");
    user().mkdir("/a/b");
    user().put("/a/b/f", "x");
    FileSystem fileSystem = user().fileSystem();
    long b = user().inode("/a/b");
    long f = user().inode("/a/b/f");
    assertThat(fileSystem.lookup(Caller.ROOT, b, Name.DOT).inode()).isEqualTo(b);
    assertThat(fileSystem.lookup(Caller.ROOT, f, Name.DOT).inode()).isEqualTo(f);
    assertThat(fileSystem.lookup(Caller.ROOT, b, Name.DOT_DOT).inode())
        .isEqualTo(user().inode("/a"));
  }

  @Test
  default void everyKindIsMade() throws ErrnoException {
    user().mknod("/fifo", FileMode.FIFO | 0600, 0);
    user().mknod("/socket", FileMode.SOCKET | 0600, 0);
    user().mknod("/char", FileMode.CHARACTER_DEVICE | 0666, 0x103);
    user().mknod("/block", FileMode.BLOCK_DEVICE | 0660, 0x800);
    user().mknod("/zero", FileMode.CHARACTER_DEVICE, 0);
    user().mknod("/plain", FileMode.REGULAR | 0640, 0);
    user().symlink("/symlink", "some/where");
    assertThat(user().stat("/fifo").mode()).isEqualTo(FileMode.FIFO | 0600);
    assertThat(user().stat("/socket").mode()).isEqualTo(FileMode.SOCKET | 0600);
    assertThat(user().stat("/char").rdev()).isEqualTo(0x103);
    assertThat(user().stat("/char").mode()).isEqualTo(FileMode.CHARACTER_DEVICE | 0644);
    assertThat(user().stat("/block").rdev()).isEqualTo(0x800);
    assertThat(user().stat("/zero").mode()).isEqualTo(FileMode.CHARACTER_DEVICE);
    assertThat(user().stat("/plain").mode()).isEqualTo(FileMode.REGULAR | 0640);
    assertThat(user().stat("/symlink").mode()).isEqualTo(FileMode.SYMLINK | 0777);
    assertThat(user().stat("/symlink").size()).isEqualTo(10);
    assertThat(user().readlink("/symlink")).isEqualTo("some/where");
    assertThat(user().list("/").keySet())
        .contains("fifo", "socket", "char", "block", "zero", "plain", "symlink");
  }

  @Test
  default void theLongestNamesAndTargetsFit() throws ErrnoException {
    String name = "n".repeat(Name.MAX_LENGTH);
    user().put("/" + name, "long");
    assertThat(user().text("/" + name)).isEqualTo("long");
    assertThat(user().list("/")).containsKey(name);
    user().symlink("/target", "t".repeat(4095));
    assertThat(user().readlink("/target")).hasSize(4095);
    refused(Errno.EINVAL, () -> user().readlink("/" + name));
  }

  @Test
  default void aTakenNameIsRefused() throws ErrnoException {
    user().put("/f", "1");
    user().mkdir("/d");
    for (String taken : new String[] {"/f", "/d"}) {
      refused(Errno.EEXIST, () -> user().mkdir(taken));
      refused(Errno.EEXIST, () -> user().mknod(taken, FileMode.FIFO, 0));
      refused(Errno.EEXIST, () -> user().symlink(taken, "x"));
      refused(Errno.EEXIST, () -> user().link("/f", taken));
    }
    assertThat(user().text("/f")).isEqualTo("1");
  }

  @Test
  default void aFileIsNoDirectory() throws ErrnoException {
    user().put("/f", "1");
    user().mkdir("/d");
    refused(Errno.ENOTDIR, () -> user().stat("/f/x"));
    refused(Errno.ENOTDIR, () -> user().mkdir("/f/x"));
    refused(Errno.ENOTDIR, () -> user().rmdir("/f"));
    refused(Errno.EISDIR, () -> user().unlink("/d"));
    CollectingSink sink = new CollectingSink(1);
    refused(Errno.ENOTDIR, () -> user().fileSystem().readdir(user().inode("/f"), 0, false, sink));
  }

  @Test
  default void onlyEmptyDirectoriesGo() throws ErrnoException {
    user().mkdir("/d");
    user().put("/d/f", "1");
    refused(Errno.ENOTEMPTY, () -> user().rmdir("/d"));
    user().unlink("/d/f");
    user().rmdir("/d");
    assertThat(user().exists("/d")).isFalse();
  }

  @Test
  default void nothingIsMadeInARemovedDirectory() throws ErrnoException {
    FileSystem fileSystem = user().fileSystem();
    long gone = fileSystem.mkdir(Caller.ROOT, FileSystem.ROOT, Name.of("gone"), 0755, 0).inode();
    user().put("/f", "1");
    user().rmdir("/gone");
    Name name = Name.of("x");
    refused(Errno.ENOENT, () -> fileSystem.mkdir(Caller.ROOT, gone, name, 0755, 0));
    refused(Errno.ENOENT, () -> fileSystem.create(Caller.ROOT, gone, name, 0644, 0, 1));
    assertThat(fileSystem.getattr(gone).links()).isZero();
  }

  @Test
  default void directoriesCountTheirSubdirectories() throws ErrnoException {
    user().mkdir("/a");
    assertThat(user().stat("/a").links()).isEqualTo(2);
    user().mkdir("/a/b");
    user().mkdir("/a/c");
    user().put("/a/f", "");
    assertThat(user().stat("/a").links()).isEqualTo(4);
    user().rmdir("/a/b");
    assertThat(user().stat("/a").links()).isEqualTo(3);
  }

  @Test
  default void hardLinksAreOneFile() throws ErrnoException {
    user().put("/one", "first");
    user().mkdir("/d");
    assertThat(user().link("/one", "/d/two").links()).isEqualTo(2);
    assertThat(user().inode("/d/two")).isEqualTo(user().inode("/one"));
    user().overwrite("/d/two", 0, FileSystemUser.bytes("FIRST"));
    assertThat(user().text("/one")).isEqualTo("FIRST");
    user().unlink("/one");
    assertThat(user().stat("/d/two").links()).isEqualTo(1);
    assertThat(user().text("/d/two")).isEqualTo("FIRST");
    refused(Errno.EPERM, () -> user().link("/d", "/e"));
  }

  @Test
  default void aNameCanBeUsedAgain() throws ErrnoException {
    for (int i = 0; i < 3; i++) {
      user().put("/again", "file " + i);
      assertThat(user().text("/again")).isEqualTo("file " + i);
      user().unlink("/again");
      user().mkdir("/again");
      assertThat(user().list("/again")).isEmpty();
      user().rmdir("/again");
      assertThat(user().exists("/again")).isFalse();
    }
  }

  @Test
  default void changesMoveTheDirectorysTimes() throws ErrnoException {
    user().mkdir("/d");
    FileSystemUser.Call[] calls = {
      () -> user().put("/d/f", ""),
      () -> user().link("/d/f", "/d/g"),
      () -> user().rename("/d/g", "/d/h"),
      () -> user().unlink("/d/h"),
      () -> user().mkdir("/d/s"),
      () -> user().rmdir("/d/s"),
      () -> user().symlink("/d/l", "x")
    };
    for (FileSystemUser.Call call : calls) {
      Timestamp past = new Timestamp(1000, 0);
      user()
          .change(
              "/d",
              AttributeChange.MODIFIED | AttributeChange.CHANGED,
              new AttributeChange(0, 0, 0, 0, 0, past, past, past));
      call.run();
      assertThat(user().stat("/d").modified()).isGreaterThan(past);
      assertThat(user().stat("/d").changed()).isGreaterThan(past);
    }
  }
}
