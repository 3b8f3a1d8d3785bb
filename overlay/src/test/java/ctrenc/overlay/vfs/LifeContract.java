package ctrenc.overlay.vfs;

import static ctrenc.overlay.vfs.FileSystemUser.READ;
import static ctrenc.overlay.vfs.FileSystemUser.WRITE;
import static ctrenc.overlay.vfs.FileSystemUser.bytes;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How long inodes live, and what a closed filesystem answers. */
public interface LifeContract {

  FileSystemUser user();

  @Test
  default void anUnlinkedFileLivesWhileItIsOpen() throws ErrnoException {
    for (int size : new int[] {3, 100_000}) {
      long inode = user().put("/f", pattern(1, size));
      long handle = user().open("/f", WRITE);
      user().unlink("/f");
      assertThat(user().fileSystem().getattr(inode).links()).isZero();
      same(user().read(inode, handle, 0, size), pattern(1, size));
      user().write(inode, handle, size, bytes("more"));
      user().fileSystem().fsync(inode, handle, false);
      same(user().read(inode, handle, size, 100), bytes("more"));
      assertThat(user().fileSystem().getattr(inode).size()).isEqualTo(size + 4);
      user().close(inode, handle);
      refused(Errno.ESTALE, () -> user().fileSystem().getattr(inode));
    }
  }

  @Test
  default void anUnlinkedFileLivesWhileItIsReferredTo() throws ErrnoException {
    FileSystem fileSystem = user().fileSystem();
    long inode = user().put("/f", pattern(1, 5000));
    fileSystem.lookup(Caller.ROOT, FileSystem.ROOT, Name.of("f"));
    fileSystem.lookup(Caller.ROOT, FileSystem.ROOT, Name.of("f"));
    user().unlink("/f");
    fileSystem.forget(inode, 1);
    long handle = fileSystem.open(Caller.ROOT, inode, READ).handle();
    same(user().read(inode, handle, 0, 5000), pattern(1, 5000));
    fileSystem.release(inode, handle);
    assertThat(fileSystem.getattr(inode).links()).isZero();
    fileSystem.forget(inode, 1);
    refused(Errno.ESTALE, () -> fileSystem.getattr(inode));
  }

  @Test
  default void anOverwrittenFileLivesWhileItIsOpen() throws ErrnoException {
    long old = user().put("/f", "old");
    long handle = user().open("/f", READ);
    user().put("/g", "new");
    user().rename("/g", "/f");
    assertThat(user().fileSystem().getattr(old).links()).isZero();
    same(user().read(old, handle, 0, 10), bytes("old"));
    user().close(old, handle);
    assertThat(user().text("/f")).isEqualTo("new");
  }

  @Test
  default void anUnlinkedFileGetsNoNewName() throws ErrnoException {
    long inode = user().put("/f", "x");
    long handle = user().open("/f", READ);
    user().unlink("/f");
    FileSystem fileSystem = user().fileSystem();
    refused(Errno.ENOENT, () -> fileSystem.link(Caller.ROOT, inode, FileSystem.ROOT, Name.of("g")));
    user().close(inode, handle);
  }

  @Test
  default void aTemporaryFileGetsAName() throws ErrnoException {
    FileSystem fileSystem = user().fileSystem();
    CreatedFile made = fileSystem.tmpfile(Caller.ROOT, FileSystem.ROOT, 0644, 022, WRITE);
    long inode = made.attributes().inode();
    long handle = made.file().handle();
    assertThat(made.attributes().links()).isZero();
    user().write(inode, handle, 0, pattern(4, 9000));
    assertThat(fileSystem.link(Caller.ROOT, inode, FileSystem.ROOT, Name.of("named")).links())
        .isEqualTo(1);
    user().close(inode, handle);
    fileSystem.forget(inode, 2);
    same(user().read("/named"), pattern(4, 9000));
  }

  @Test
  default void aTemporaryFileGoesWithItsHandle() throws ErrnoException {
    FileSystem fileSystem = user().fileSystem();
    CreatedFile made = fileSystem.tmpfile(Caller.ROOT, FileSystem.ROOT, 0600, 022, WRITE);
    long inode = made.attributes().inode();
    user().write(inode, made.file().handle(), 0, bytes("gone"));
    user().close(inode, made.file().handle());
    fileSystem.forget(inode, 1);
    refused(Errno.ESTALE, () -> fileSystem.getattr(inode));
  }

  @Test
  default void aRemovedDirectoryIsStillSomething() throws ErrnoException {
    FileSystem fileSystem = user().fileSystem();
    user().mkdir("/d");
    long inode = fileSystem.lookup(Caller.ROOT, FileSystem.ROOT, Name.of("d")).inode();
    user().rmdir("/d");
    assertThat(fileSystem.getattr(inode).links()).isZero();
    CollectingSink sink = new CollectingSink(10);
    fileSystem.readdir(inode, 0, false, sink);
    assertThat(sink.entries()).isEmpty();
    fileSystem.forget(inode, 1);
    refused(Errno.ESTALE, () -> fileSystem.getattr(inode));
  }

  @Test
  default void forgettingTooMuchHarmsNothing() throws ErrnoException {
    FileSystem fileSystem = user().fileSystem();
    long inode = user().put("/f", "x");
    long handle = user().open("/f", READ);
    fileSystem.forget(inode, 100);
    fileSystem.forget(987_654_321, 5);
    same(user().read(inode, handle, 0, 5), bytes("x"));
    user().close(inode, handle);
    assertThat(user().text("/f")).isEqualTo("x");
  }

  @Test
  default void unknownInodesAreStale() {
    FileSystem fileSystem = user().fileSystem();
    refused(Errno.ESTALE, () -> fileSystem.getattr(987_654_321));
    refused(Errno.ESTALE, () -> fileSystem.open(Caller.ROOT, 987_654_321, READ));
  }

  @Test
  default void aClosedFilesystemIsNoDevice() throws ErrnoException {
    user().put("/f", "x");
    user().fileSystem().close();
    refused(Errno.ENODEV, () -> user().stat("/f"));
    refused(Errno.ENODEV, () -> user().fileSystem().statfs());
    user().fileSystem().close();
  }
}
