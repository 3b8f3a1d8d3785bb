package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole store is verified, with and without keys, and every flipped byte of it is found. */
@Timeout(300)
class VerifyTest {

  private static final int SEGMENT_HEADER = 44;

  @TempDir Path temporary;
  private VerifiedStore verified;
  private StoreDirectory store;

  @BeforeEach
  void open() throws IOException {
    verified = new VerifiedStore(temporary);
    store = verified.store();
  }

  @AfterEach
  void close() throws IOException {
    verified.close();
  }

  @Test
  void soundStoreHasNoFindings() throws Exception {
    UUID root = verified.lockedRoot();
    CollectedFindings locked = verified.verify();
    assertThat(locked.findings()).isEmpty();
    assertThat(locked.lockedLayers()).hasSize(2);
    assertThat(locked.bytes())
        .isEqualTo(store.upkeep().bytesToVerify(Optional.empty(), ScrubPosition.START));
    store.subvolumes().unlock(root, List.of(verified.machineKey()));
    CollectedFindings unlocked = verified.verify();
    assertThat(unlocked.findings()).isEmpty();
    assertThat(unlocked.lockedLayers()).isEmpty();
  }

  @Test
  void damagedMissingAndForeignAreToldApart() throws Exception {
    UUID one = verified.lockedRoot();
    Path file = verified.segmentFiles().getFirst();
    byte[] sound = Files.readAllBytes(file);
    VerifiedStore.flip(file, SEGMENT_HEADER + 200);
    assertThat(verified.verify().findings())
        .extracting(ScrubFinding::kind)
        .contains(Finding.Kind.DAMAGED);
    Files.write(file, Arrays.copyOf(sound, SEGMENT_HEADER + 300));
    assertThat(verified.verify().findings())
        .extracting(ScrubFinding::kind)
        .contains(Finding.Kind.MISSING);
    Files.write(file, sound);
    assertThat(verified.verify().findings()).isEmpty();
    swapExtents(file);
    assertThat(verified.verify().findings())
        .extracting(ScrubFinding::kind)
        .contains(Finding.Kind.FOREIGN);
    Files.delete(file);
    assertThat(verified.verify().findings())
        .extracting(ScrubFinding::kind)
        .contains(Finding.Kind.MISSING);
    Files.write(file, sound);
    store.subvolumes().unlock(one, List.of(verified.machineKey()));
  }

  /** Puts an extent of the same length of another layer into the place of one. */
  /** As while a layer is being removed, whose findings nobody is told. */
  @Test
  void whatWasInALostFolderIsMissing() throws Exception {
    verified.lockedRoot();
    TreeRemover.remove(verified.segmentFiles().getFirst().getParent());
    assertThat(verified.verify().findings())
        .extracting(ScrubFinding::kind)
        .isNotEmpty()
        .containsOnly(Finding.Kind.MISSING);
  }

  private void swapExtents(Path file) throws Exception {
    UUID other = verified.create("other");
    verified.user(other).put("/x", pattern(9, (int) lengthOfFirst(file)));
    store.subvolumes().open(other).close();
    for (Path another : verified.segmentFiles()) {
      if (!another.getParent().equals(file.getParent())
          && lengthOfFirst(another) == lengthOfFirst(file)) {
        byte[] bytes = Files.readAllBytes(another);
        byte[] target = Files.readAllBytes(file);
        System.arraycopy(
            bytes, SEGMENT_HEADER, target, SEGMENT_HEADER, (int) (bytes.length - SEGMENT_HEADER));
        Files.write(file, target);
      }
    }
  }

  private static long lengthOfFirst(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return ByteBuffer.wrap(bytes).getInt(SEGMENT_HEADER + 96);
  }

  @Test
  void withKeysTheFileIsNamed() throws Exception {
    UUID root = verified.lockedRoot();
    for (Path file : verified.segmentFiles()) {
      VerifiedStore.flip(file, SEGMENT_HEADER + 150);
    }
    store.subvolumes().unlock(root, List.of(verified.machineKey()));
    assertThat(verified.verify().findings().stream().flatMap(finding -> finding.file().stream()))
        .contains("/d/file", "/other");
  }

  @Test
  void goesOnWhereItWasInterrupted() throws Exception {
    UUID root = verified.create("r");
    FileSystemUser user = verified.user(root);
    for (int i = 0; i < 20; i++) {
      user.put("/f" + i, pattern(i, 10_000));
    }
    user.fileSystem().close();
    store.subvolumes().lock(root);
    long total = store.upkeep().bytesToVerify(Optional.of(root), ScrubPosition.START);
    CollectedFindings first = new CollectedFindings(total / 2);
    assertThatThrownBy(
            () ->
                store
                    .upkeep()
                    .verify(Optional.of(root), ScrubPosition.START, Pace.unlimited(), first))
        .isInstanceOf(InterruptedIOException.class);
    CollectedFindings second =
        verified.verify(ScrubPosition.parse(first.position().toString()).orElseThrow());
    assertThat(first.bytes() + second.bytes()).isEqualTo(total);
    assertThat(second.bytes()).isPositive();
  }

  @Test
  void findsNothingWrongInWhatIsChangingMeanwhile() throws Exception {
    UUID root = verified.create("r");
    FileSystemUser user = verified.user(root);
    List<Throwable> failures = new ArrayList<>();
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    for (int i = 0; i < 400; i++) {
                      user.put("/f" + i % 7, pattern(i, 3000 * (i % 9)));
                      if (i % 5 == 0) {
                        user.fileSystem().sync();
                      }
                      if (i % 3 == 0) {
                        user.unlink("/f" + i % 7);
                      }
                    }
                  } catch (Throwable e) {
                    failures.add(e);
                  }
                });
    do {
      assertThat(verified.verify().findings()).isEmpty();
    } while (writer.isAlive());
    writer.join();
    assertThat(failures).isEmpty();
  }

  @Test
  void keepsThePace() throws Exception {
    UUID root = verified.create("r");
    verified.user(root).put("/f", pattern(1, 400_000));
    verified.user(root).fileSystem().close();
    store.subvolumes().lock(root);
    long began = System.nanoTime();
    store
        .upkeep()
        .verify(
            Optional.of(root), ScrubPosition.START, Pace.of(1_000_000), new CollectedFindings());
    assertThat(System.nanoTime() - began).isGreaterThan(200_000_000L);
  }
}
