package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.READ;
import static ctrenc.overlay.vfs.FileSystemUser.WRITE;
import static ctrenc.overlay.vfs.FileSystemUser.bytes;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process that shows a root dies while snapshots are read through hidden directories. What
 * holds: what is open there reads on, numbers stay, and what is locked or gone stays so.
 */
@Timeout(120)
class EnteredRecoveryTest {

  @TempDir Path temporary;
  private DyingNest nest;

  @BeforeEach
  void open() throws IOException, ErrnoException {
    nest = new DyingNest(temporary);
    nest.create(NestedRoot.machineKey());
    nest.user().mkdir("/d");
    nest.hidden().mkdir("/d/.ctr-enc/subvolumes/a");
    nest.user().put("/d/f", "old");
    nest.user().put("/d/a/f", "nested");
    nest.hidden().mkdir("/.ctr-enc/recursive-snapshots/s");
    nest.user().put("/d/f", "new");
  }

  @AfterEach
  void close() throws IOException {
    nest.close();
  }

  private long openFile(String path) throws ErrnoException {
    return nest.fileSystem().open(Caller.ROOT, nest.hidden().walk(path).inode(), READ).handle();
  }

  private void reads(long inode, long handle, String expected) throws ErrnoException {
    same(nest.user().read(inode, handle, 0, 20), bytes(expected));
  }

  @Test
  void whatIsOpenReadsOn() throws Exception {
    String path = "/d/.ctr-enc/snapshots/s";
    long directory = nest.hidden().walk(path).inode();
    long file = nest.hidden().walk(path + "/f").inode();
    long part = nest.hidden().walk(path + "/a/f").inode();
    long handle = openFile(path + "/f");
    long ofPart = openFile(path + "/a/f");
    for (int i = 0; i < 2; i++) {
      nest.die();
      reads(file, handle, "old");
      reads(part, ofPart, "nested");
      assertThat(nest.hidden().walk(path).inode()).isEqualTo(directory);
      assertThat(nest.hidden().walk(path + "/f").inode()).isEqualTo(file);
      assertThat(nest.hidden().list(path)).containsExactlyInAnyOrder("a", "f");
      refused(Errno.ESTALE, () -> nest.fileSystem().lookup(Caller.ROOT, directory, Name.of("..")));
      assertThat(nest.user().text("/d/f")).isEqualTo("new");
      long later = openFile(path + "/f");
      assertThat(later).isNotEqualTo(handle);
      assertThat(nest.memory().handles().isOpen(handle)).isTrue();
      nest.user().close(file, later);
    }
    nest.user().close(file, handle);
    nest.user().close(part, ofPart);
    assertThat(nest.memory().handles().isOpen(handle)).isFalse();
    assertThat(nest.memory().handles().isOpen(ofPart)).isFalse();
  }

  @Test
  void whatLostItsNameBeforeTheSnapshotReadsOn() throws Exception {
    long gone = nest.user().put("/d/a/gone", "gone");
    long handle = nest.user().open("/d/a/gone", WRITE);
    nest.user().unlink("/d/a/gone");
    nest.hidden().mkdir("/d/a/.ctr-enc/snapshots/later");
    for (int i = 0; i < 2; i++) {
      nest.die();
      nest.user().write(gone, handle, 4 + i, bytes("!"));
    }
    nest.die();
    reads(gone, handle, "gone!!");
    nest.user().close(gone, handle);
    nest.fileSystem().forget(gone, 1);
    refused(Errno.ESTALE, () -> nest.fileSystem().getattr(gone));
  }

  @Test
  void whatNobodyRefersToIsForgotten() throws Exception {
    String path = "/d/.ctr-enc/snapshots/s";
    long directory = nest.hidden().walk(path).inode();
    nest.fileSystem().forget(directory, 1);
    nest.die();
    refused(Errno.ESTALE, () -> nest.fileSystem().getattr(directory));
    assertThat(nest.hidden().walk(path).inode()).isGreaterThan(directory);
  }

  @Test
  void whatIsRemovedIsGone() throws Exception {
    long file = nest.hidden().walk("/d/.ctr-enc/snapshots/s/f").inode();
    nest.die();
    nest.hidden().rmdir("/.ctr-enc/snapshots/s");
    refused(Errno.ESTALE, () -> nest.fileSystem().getattr(file));
    nest.die();
    refused(Errno.ESTALE, () -> nest.fileSystem().getattr(file));
  }

  @Test
  void whatIsLockedStaysSo() throws Exception {
    long part = nest.hidden().walk("/d/.ctr-enc/snapshots/s/a/f").inode();
    long handle = openFile("/d/.ctr-enc/snapshots/s/a/f");
    UUID id = nest.hidden().idOf("/d/a");
    nest.store().subvolumes().lockNested(id);
    nest.die();
    refused(Errno.ENOKEY, () -> nest.user().read(part, handle, 0, 20));
    nest.store().subvolumes().unlockNested(id, List.of());
    reads(part, handle, "nested");
  }
}
