package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.StoreException;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Increments that are cut, changed, or of something else are refused, and what was there stays. */
@Timeout(300)
class IncrementFaultTest {

  @TempDir Path temporary;
  private StorePair pair;
  private byte[] whole;
  private byte[] increment;
  private byte[] incrementAgain;

  /** Two snapshots of a locked root, and what carries from the first to the second. */
  @BeforeEach
  void open() throws Exception {
    pair = new StorePair(temporary);
    UUID root = pair.here().lockedRoot();
    UUID first = pair.freeze(root, "one");
    whole = pair.send(first, Optional.empty());
    pair.here().store().subvolumes().unlock(root, List.of(pair.here().machineKey()));
    FileSystemUser user = pair.here().user(root);
    user.overwrite("/d/file", 4000, pattern(8, 100));
    user.put("/new", pattern(9, 30_000));
    user.fileSystem().close();
    pair.here().store().subvolumes().lock(root);
    UUID second = pair.freeze(root, "two");
    increment = pair.send(second, Optional.of(first));
    incrementAgain = pair.send(second, Optional.of(first));
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  /** What the receiver has, which refusals leave alone. */
  private record Held(List<SubvolumeInfo> roots, List<Path> files, int layers) {}

  private Held held() throws IOException {
    CheckReport report = pair.there().store().check();
    assertThat(report.problems()).isEmpty();
    return new Held(
        pair.there().store().subvolumes().list(), pair.there().segmentFiles(), report.layers());
  }

  @Test
  void cutAndChangedIncrementsLeaveTheBaseAlone() throws Exception {
    UUID base = pair.receive("base", whole).subvolume().id();
    Held before = held();
    long seed = new Random().nextLong();
    System.out.println("changed increments with seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      byte[] cut = Arrays.copyOf(increment, random.nextInt(increment.length));
      assertThatThrownBy(() -> pair.receive("copy", cut)).isInstanceOf(DamagedException.class);
      byte[] changed = increment.clone();
      int offset = random.nextInt(increment.length);
      changed[offset] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> pair.receive("copy", changed))
          .as("byte %d", offset)
          .isInstanceOfAny(StoreException.class, FormatTooNewException.class);
    }
    assertThat(held()).isEqualTo(before);
    goesOn(base);
  }

  @Test
  void disorderedAndMixedIncrementsLeaveTheBaseAlone() throws Exception {
    UUID base = pair.receive("base", whole).subvolume().id();
    Held before = held();
    for (byte[] disordered : StreamFrames.disordered(increment, incrementAgain)) {
      assertThatThrownBy(() -> pair.receive("copy", disordered))
          .isInstanceOf(DamagedException.class);
    }
    byte[] both = Arrays.copyOf(whole, whole.length + increment.length);
    System.arraycopy(increment, 0, both, whole.length, increment.length);
    assertThatThrownBy(() -> pair.receive("copy", both)).isInstanceOf(DamagedException.class);
    assertThat(held()).isEqualTo(before);
    goesOn(base);
  }

  /** A root of the same name with a snapshot of the same name is no base, if it is another. */
  @Test
  void incrementNeedsItsOwnBase() throws Exception {
    refusedForItsBase();
    pair.assertNothingLeft();
    UUID foreign = pair.there().lockedRoot();
    pair.there().store().transfers().freeze(foreign, "one");
    Held before = held();
    refusedForItsBase();
    assertThat(held()).isEqualTo(before);
    UUID base = pair.receive("base", whole).subvolume().id();
    pair.there().store().subvolumes().destroy(base);
    refusedForItsBase();
    assertThat(held()).isEqualTo(before);
  }

  private void refusedForItsBase() {
    assertThatThrownBy(() -> pair.receive("copy", increment))
        .isInstanceOf(UnmovableException.class)
        .hasMessage(
            "What comes goes on from an earlier snapshot, which is not here: receive or restore that"
                + " first, or take the whole root.");
  }

  /** The same increment again is another root, and touches neither the first nor the base. */
  @Test
  void replayedIncrementIsARootOfItsOwn() throws Exception {
    UUID base = pair.receive("base", whole).subvolume().id();
    UUID one = pair.receive("one", increment).subvolume().id();
    int layers = held().layers();
    UUID two = pair.receive("two", increment).subvolume().id();
    assertThat(held().layers()).isEqualTo(layers);
    pair.arrived(one).put("/new", "changed");
    same(pair.arrived(two).read("/new"), pattern(9, 30_000), "the replayed one");
    assertThat(pair.arrived(base).exists("/new")).isFalse();
  }

  /** After all that was refused, what is whole is taken. */
  private void goesOn(UUID base) throws Exception {
    UUID copy = pair.receive("copy", increment).subvolume().id();
    byte[] expected = pattern(1, 5000);
    System.arraycopy(pattern(8, 100), 0, expected, 4000, 100);
    same(pair.arrived(copy).read("/d/file"), expected, "the changed file");
    same(pair.arrived(base).read("/d/file"), pattern(1, 5000), "the file of the base");
    assertThat(pair.there().verify().findings()).isEmpty();
  }
}
