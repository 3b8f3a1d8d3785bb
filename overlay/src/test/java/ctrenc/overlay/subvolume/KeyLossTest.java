package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.FileSystemUser;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a removal says of keys is what is then true. */
@Timeout(60)
class KeyLossTest {

  @TempDir private Path temporary;

  @Test
  void layersOfALockedRootThatAForkSharesAreNotLost() throws Exception {
    try (VerifiedStore verified = new VerifiedStore(temporary)) {
      Subvolumes subvolumes = verified.store().subvolumes();
      UUID root = verified.create("r");
      FileSystemUser user = verified.user(root);
      user.put("/before", "shared");
      UUID one = verified.store().snapshots().create(root, "one").id();
      user.put("/between", "only in a snapshot");
      verified.store().snapshots().create(root, "two");
      user.put("/after", "own");
      user.fileSystem().close();
      UUID fork =
          verified.store().snapshots().fork(one, "fork", List.of(verified.machineKey())).id();
      subvolumes.lock(root);

      assertThat(subvolumes.keyLoss(root))
          .isEqualTo(new KeyLoss(2, List.of(new KeyLoss.Reader(fork, "fork", 1))));
      assertThat(subvolumes.keyLoss(fork))
          .isEqualTo(new KeyLoss(1, List.of(new KeyLoss.Reader(root, "r", 1))));
      subvolumes.destroy(root);
      assertThat(verified.user(fork).text("/before")).isEqualTo("shared");
      assertThat(subvolumes.keyLoss(fork)).isEqualTo(new KeyLoss(2, List.of()));
    }
  }
}
