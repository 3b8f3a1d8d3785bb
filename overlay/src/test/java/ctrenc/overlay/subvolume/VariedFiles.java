package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.bytes;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.FileSystemUser;
import java.util.Arrays;

/**
 * What samples hold below a directory: every kind of file that records tell apart, and a change of
 * it. Samples of earlier releases hold just this; so it stays as it is.
 */
final class VariedFiles {

  private static final int PIPE = 0010644;
  private static final int LENGTH = 5000;
  private static final int SHORT = 100;
  private static final int PART = 3000;
  private static final int FAR = 4 << 20;
  private static final int OWNER = 1000;
  private static final int GROUP = 1001;
  private static final int PERMISSIONS = 07777;

  private VariedFiles() {}

  static void write(FileSystemUser user, String at) throws Exception {
    user.mkdir(at + "/d", 0750);
    user.setxattr(at + "/d", "user.of-directory", bytes("directory"));
    user.put(at + "/d/file", pattern(1, LENGTH));
    user.setxattr(at + "/d/file", "user.long", pattern(5, 600));
    user.link(at + "/d/file", at + "/name");
    user.chown(at + "/d/file", OWNER, GROUP);
    user.chmod(at + "/d/file", 04755);
    user.put(at + "/small", pattern(2, SHORT));
    user.put(at + "/empty", "");
    user.symlink(at + "/link", "d/file");
    user.mknod(at + "/pipe", PIPE, 0);
    user.put(at + "/sparse", pattern(3, PART));
    user.truncate(at + "/sparse", FAR);
    user.overwrite(at + "/sparse", FAR, pattern(4, PART));
  }

  static void holds(FileSystemUser user, String at) throws Exception {
    assertThat(user.list(at.isEmpty() ? "/" : at))
        .containsKeys("d", "name", "small", "empty", "link", "pipe", "sparse");
    holdsFile(user, at + "/d/file", pattern(1, LENGTH), 2);
    assertThat(user.inode(at + "/name")).isEqualTo(user.inode(at + "/d/file"));
    assertThat(user.stat(at + "/d").mode() & PERMISSIONS).isEqualTo(0750);
    assertThat(user.getxattr(at + "/d", "user.of-directory")).isEqualTo(bytes("directory"));
    same(user.read(at + "/small"), pattern(2, SHORT), "the small file");
    holdsUnchanged(user, at, pattern(3, PART));
  }

  /** What {@link #change} leaves as it is. */
  private static void holdsUnchanged(FileSystemUser user, String at, byte[] head) throws Exception {
    assertThat(user.read(at + "/empty")).isEmpty();
    assertThat(user.readlink(at + "/link")).isEqualTo("d/file");
    assertThat(user.stat(at + "/pipe").mode()).isEqualTo(PIPE);
    assertThat(user.stat(at + "/sparse").size()).isEqualTo(FAR + PART);
    byte[] sparse = Arrays.copyOf(head, FAR + PART);
    System.arraycopy(pattern(4, PART), 0, sparse, FAR, PART);
    same(user.read(at + "/sparse", 0, FAR + PART), sparse, "the sparse file");
  }

  private static void holdsFile(FileSystemUser user, String path, byte[] content, int links)
      throws Exception {
    same(user.read(path), content, "the file");
    Attributes file = user.stat(path);
    assertThat(file.uid()).isEqualTo(OWNER);
    assertThat(file.gid()).isEqualTo(GROUP);
    assertThat(file.mode() & PERMISSIONS).isEqualTo(04755);
    assertThat(file.links()).isEqualTo(links);
    assertThat(user.getxattr(path, "user.long")).isEqualTo(pattern(5, 600));
  }

  /** Of each kind of change one. */
  static void change(FileSystemUser user, String at) throws Exception {
    user.rename(at + "/d", at + "/moved");
    user.link(at + "/name", at + "/moved/third");
    user.unlink(at + "/small");
    user.setxattr(at + "/moved", "user.of-directory", bytes("changed"));
    user.overwrite(at + "/sparse", 1000, pattern(6, 500));
    user.put(at + "/new", pattern(7, LENGTH));
  }

  static void holdsChanged(FileSystemUser user, String at) throws Exception {
    assertThat(user.list(at.isEmpty() ? "/" : at))
        .containsKeys("moved", "name", "new", "empty", "link", "pipe", "sparse")
        .doesNotContainKeys("d", "small");
    holdsFile(user, at + "/moved/third", pattern(1, LENGTH), 3);
    assertThat(user.inode(at + "/name")).isEqualTo(user.inode(at + "/moved/file"));
    assertThat(user.getxattr(at + "/moved", "user.of-directory")).isEqualTo(bytes("changed"));
    same(user.read(at + "/new"), pattern(7, LENGTH), "the new file");
    byte[] head = pattern(3, PART);
    System.arraycopy(pattern(6, 500), 0, head, 1000, 500);
    holdsUnchanged(user, at, head);
  }
}
