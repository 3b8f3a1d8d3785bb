package ctrenc.overlay.vfs;

import static ctrenc.overlay.vfs.FileSystem.RENAME_EXCHANGE;
import static ctrenc.overlay.vfs.FileSystem.RENAME_NOREPLACE;
import static ctrenc.overlay.vfs.FileSystem.RENAME_WHITEOUT;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** renameat2(2) in all its forms. */
public interface RenameContract {

  FileSystemUser user();

  @Test
  default void aFileMoves() throws ErrnoException {
    user().mkdir("/a");
    user().mkdir("/b");
    long inode = user().put("/a/f", "content");
    user().rename("/a/f", "/a/g");
    user().rename("/a/g", "/b/h");
    assertThat(user().inode("/b/h")).isEqualTo(inode);
    assertThat(user().text("/b/h")).isEqualTo("content");
    assertThat(user().list("/a")).isEmpty();
    assertThat(user().stat("/b/h").links()).isEqualTo(1);
  }

  @Test
  default void aFileReplacesAFile() throws ErrnoException {
    user().put("/old", "old");
    user().put("/new", "new");
    user().rename("/new", "/old");
    assertThat(user().text("/old")).isEqualTo("new");
    assertThat(user().exists("/new")).isFalse();
  }

  @Test
  default void aDirectoryMovesWithAllBelow() throws ErrnoException {
    user().mkdir("/a");
    user().mkdir("/a/b");
    user().put("/a/b/f", "deep");
    user().mkdir("/c");
    user().rename("/a/b", "/c/d");
    assertThat(user().text("/c/d/f")).isEqualTo("deep");
    assertThat(user().stat("/a").links()).isEqualTo(2);
    assertThat(user().stat("/c").links()).isEqualTo(3);
    long above =
        user().fileSystem().lookup(Caller.ROOT, user().inode("/c/d"), Name.DOT_DOT).inode();
    assertThat(above).isEqualTo(user().inode("/c"));
  }

  @Test
  default void aDirectoryReplacesAnEmptyDirectoryOnly() throws ErrnoException {
    user().mkdir("/a");
    user().mkdir("/empty");
    user().mkdir("/full");
    user().put("/full/f", "");
    refused(Errno.ENOTEMPTY, () -> user().rename("/a", "/full"));
    user().rename("/a", "/empty");
    assertThat(user().exists("/a")).isFalse();
    assertThat(user().stat("/empty").links()).isEqualTo(2);
  }

  @Test
  default void aDirectoryReplacesOneInAnotherDirectory() throws ErrnoException {
    user().mkdir("/p");
    user().mkdir("/q");
    user().mkdir("/p/x");
    user().mkdir("/q/x");
    user().rename("/p/x", "/q/x");
    assertThat(user().stat("/p").links()).isEqualTo(2);
    assertThat(user().stat("/q").links()).isEqualTo(3);
  }

  @Test
  default void kindsDoNotReplaceEachOther() throws ErrnoException {
    user().put("/f", "");
    user().mkdir("/d");
    refused(Errno.EISDIR, () -> user().rename("/f", "/d"));
    refused(Errno.ENOTDIR, () -> user().rename("/d", "/f"));
  }

  @Test
  default void noDirectoryGetsBelowItself() throws ErrnoException {
    user().mkdir("/a");
    user().mkdir("/a/b");
    user().mkdir("/a/b/c");
    refused(Errno.EINVAL, () -> user().rename("/a", "/a/b/c/a"));
    refused(Errno.EINVAL, () -> user().rename("/a", "/a/x"));
    refused(Errno.EINVAL, () -> user().rename("/a", "/a/b/c", RENAME_EXCHANGE));
    refused(Errno.EINVAL, () -> user().rename("/a/b/c", "/a", RENAME_EXCHANGE));
    refused(Errno.ENOTEMPTY, () -> user().rename("/a/b/c", "/a"));
    assertThat(user().exists("/a/b/c")).isTrue();
  }

  @Test
  default void aRenameOntoItselfChangesNothing() throws ErrnoException {
    user().put("/f", "same");
    user().link("/f", "/g");
    user().rename("/f", "/f");
    user().rename("/f", "/g");
    assertThat(user().text("/f")).isEqualTo("same");
    assertThat(user().stat("/g").links()).isEqualTo(2);
  }

  @Test
  default void noReplaceKeepsTheTarget() throws ErrnoException {
    user().put("/f", "f");
    user().put("/g", "g");
    refused(Errno.EEXIST, () -> user().rename("/f", "/g", RENAME_NOREPLACE));
    user().rename("/f", "/h", RENAME_NOREPLACE);
    assertThat(user().text("/h")).isEqualTo("f");
    assertThat(user().text("/g")).isEqualTo("g");
  }

  @Test
  default void exchangeSwapsAnyKinds() throws ErrnoException {
    user().mkdir("/p");
    user().mkdir("/q");
    user().mkdir("/p/d");
    user().put("/p/d/in", "in");
    user().put("/q/f", "file");
    user().rename("/p/d", "/q/f", RENAME_EXCHANGE);
    assertThat(user().text("/p/d")).isEqualTo("file");
    assertThat(user().text("/q/f/in")).isEqualTo("in");
    assertThat(user().stat("/p").links()).isEqualTo(2);
    assertThat(user().stat("/q").links()).isEqualTo(3);
    refused(Errno.ENOENT, () -> user().rename("/p/d", "/q/none", RENAME_EXCHANGE));
  }

  @Test
  default void exchangeSwapsDirectoriesWithTheirParents() throws ErrnoException {
    user().mkdir("/p");
    user().mkdir("/q");
    user().mkdir("/p/one");
    user().mkdir("/q/two");
    long one = user().inode("/p/one");
    user().rename("/p/one", "/q/two", RENAME_EXCHANGE);
    assertThat(user().inode("/q/two")).isEqualTo(one);
    long above = user().fileSystem().lookup(Caller.ROOT, one, Name.DOT_DOT).inode();
    assertThat(above).isEqualTo(user().inode("/q"));
    assertThat(user().stat("/p").links()).isEqualTo(3);
    assertThat(user().stat("/q").links()).isEqualTo(3);
  }

  @Test
  default void whiteoutLeavesADeviceBehind() throws ErrnoException {
    user().put("/f", "moved");
    user().rename("/f", "/g", RENAME_WHITEOUT);
    assertThat(user().text("/g")).isEqualTo("moved");
    assertThat(user().stat("/f").mode() & FileMode.TYPE).isEqualTo(FileMode.CHARACTER_DEVICE);
    assertThat(user().stat("/f").rdev()).isZero();
  }

  @Test
  default void renamingMovesTheFilesChangeTime() throws ErrnoException {
    user().put("/f", "");
    Timestamp past = new Timestamp(1000, 0);
    user()
        .change(
            "/f", AttributeChange.CHANGED, new AttributeChange(0, 0, 0, 0, 0, past, past, past));
    user().rename("/f", "/g");
    assertThat(user().stat("/g").changed()).isGreaterThan(past);
  }
}
