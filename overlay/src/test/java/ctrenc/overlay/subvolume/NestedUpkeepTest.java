package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.extent.CompactionResult;
import ctrenc.overlay.extent.CompactionRule;
import ctrenc.overlay.extent.CompactionWatch;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A root is compacted with what is nested in it, and without what is beside it. */
@Timeout(60)
class NestedUpkeepTest {

  private static final int FILES = 40;
  private static final int LENGTH = 100_000;

  @TempDir Path temporary;

  private static void scatter(FileSystemUser user, String at) throws Exception {
    for (int i = 0; i < FILES; i++) {
      user.put(at + "/f" + i, pattern(i, LENGTH));
    }
    user.fileSystem().sync();
    for (int i = 0; i < FILES; i++) {
      if (i % 4 != 0) {
        user.unlink(at + "/f" + i);
      }
    }
    user.fileSystem().settle();
  }

  @Test
  void whatIsNestedIsCompactedWithItsRoot() throws Exception {
    try (VerifiedStore verified = new VerifiedStore(temporary)) {
      UUID root = verified.create("root");
      FileSystemUser user = verified.user(root);
      HiddenUser.root(user.fileSystem()).mkdir("/.ctr-enc/subvolumes/box");
      scatter(user, "/box");
      UUID other = verified.create("other");
      FileSystemUser beside = verified.user(other);
      scatter(beside, "");
      user.fileSystem().close();
      beside.fileSystem().close();
      for (UUID one : List.of(root, other)) {
        verified.store().subvolumes().lock(one);
      }
      Upkeep upkeep = verified.store().upkeep();
      CompactionRule rule = CompactionRule.asked();
      assertThat(upkeep.compactionNeed(Optional.of(root), rule).files()).isEqualTo(1);
      CompactionResult done =
          upkeep.compact(Optional.of(root), rule, Pace.unlimited(), new Unwatched());
      assertThat(done.files()).isEqualTo(1);
      assertThat(upkeep.compactionNeed(Optional.of(root), rule).files()).isZero();
      assertThat(upkeep.compactionNeed(Optional.empty(), rule).files()).isEqualTo(1);
      assertThat(verified.verify().findings()).isEmpty();
    }
  }

  private static final class Unwatched implements CompactionWatch {

    @Override
    public void moved(long bytes) {}

    @Override
    public void damaged(UUID layer, long extent) {
      throw new AssertionError("extent " + extent + " is damaged");
    }
  }
}
