package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.storage.StoreException;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What comes of something forged that is to become {@link VerifiedStore#lockedRoot} again. Whoever
 * has no key cannot judge what is sealed, so that it may be taken; but then the keys find it.
 */
enum Judged {
  /** It is not taken. */
  REFUSED,
  /** It is taken, and does not open. */
  SHUT,
  /** It is taken, and a verification with its keys says that it is not what was sealed. */
  FOUND,
  /** It is taken, and everything is as it was. */
  SAME;

  private static final Map<String, byte[]> FILES =
      Map.of("/d/file", pattern(1, 5000), "/other", pattern(3, 3000));

  /** Takes something. */
  @FunctionalInterface
  interface Taking {
    UUID take() throws IOException;
  }

  /**
   * Takes it, looks at it with its keys, and removes it again.
   *
   * @param what in messages
   */
  static Judged of(StorePair pair, Taking taking, String what) throws Exception {
    UUID taken;
    try {
      taken = taking.take();
    } catch (StoreException | UnmovableException e) {
      assertThat(e).as(what).hasMessageNotContaining("null");
      return REFUSED;
    }
    Judged judged = opened(pair, taken, what);
    pair.there().store().subvolumes().destroy(taken);
    return judged;
  }

  private static Judged opened(StorePair pair, UUID taken, String what) throws Exception {
    Subvolumes subvolumes = pair.there().store().subvolumes();
    FileSystemUser user;
    try {
      subvolumes.unlock(taken, List.of(pair.there().machineKey()));
      user = new FileSystemUser(subvolumes.open(taken));
    } catch (StoreException | WrongSecretException e) {
      return SHUT;
    }
    boolean isSame = isSame(user, what);
    user.fileSystem().close();
    boolean isSound = pair.there().verify().findings().isEmpty();
    assertThat(isSame || !isSound).as("%s shows something else unnoticed", what).isTrue();
    return isSound ? SAME : FOUND;
  }

  /**
   * Nothing is ever shown that was not written; but it may be missing, and where the record of a
   * run was taken out, there is a hole.
   */
  private static boolean isSame(FileSystemUser user, String what) {
    boolean isSame = true;
    for (Map.Entry<String, byte[]> file : FILES.entrySet()) {
      try {
        byte[] read = user.read(file.getKey());
        boolean isWritten = Arrays.equals(read, file.getValue());
        assertThat(isWritten || isHole(read))
            .as("%s shows what nobody wrote in %s", what, file.getKey())
            .isTrue();
        isSame &= isWritten;
      } catch (ErrnoException e) {
        isSame = false;
      }
    }
    try {
      return isSame && user.list("/").keySet().equals(Set.of("d", "other"));
    } catch (ErrnoException e) {
      return false;
    }
  }

  private static boolean isHole(byte[] read) {
    return Arrays.equals(read, new byte[read.length]);
  }
}
