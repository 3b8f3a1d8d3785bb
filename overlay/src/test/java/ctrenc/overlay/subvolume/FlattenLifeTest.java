package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.storage.LiveCopy;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Flattening is held up, given up, interrupted, and goes on. */
@Timeout(120)
class FlattenLifeTest extends FlattenCase {

  /** Begins until it is interrupted while it is at work, which may end before on a busy machine. */
  private void interrupted(UUID root, Step interruption) throws IOException {
    int rounds = 0;
    do {
      rounds++;
      assertThat(rounds).isLessThan(20);
      store.unlock(root);
      store.flattens().start(root, false);
      awaitBytes(root);
      interruption.run();
    } while (store.state(root) == FlattenInfo.State.DONE);
    assertThat(store.state(root)).isEqualTo(FlattenInfo.State.PAUSED);
  }

  private void awaitBytes(UUID root) {
    FlattenInfo now = store.flattens().find(root).orElseThrow();
    while (now.state() == FlattenInfo.State.RUNNING && now.bytes() == 0) {
      Thread.onSpinWait();
      now = store.flattens().find(root).orElseThrow();
    }
  }

  /** What a process leaves that is killed in the middle: extents of a layer that is not done. */
  @Test
  void workOfAKilledProcessGoesOn() throws Exception {
    UUID root = store.createFull(60);
    Path left = temporary.resolve("left");
    int rounds = 0;
    do {
      rounds++;
      assertThat(rounds).isLessThan(20);
      store.flattens().start(root, false);
      awaitBytes(root);
      LiveCopy.make(temporary.resolve("state"), left);
    } while (store.done(root).bytes() > 0 && !isUnfinished(left, root));
    try (FlattenStore next = new FlattenStore(left)) {
      assertThat(next.children("segments")).as("the new layer has extents").hasSize(2);
      next.unlock(root);
      next.done(root);
      FileSystemUser user = next.user(root);
      for (int i = 0; i < 60; i++) {
        same(user.read("/f" + i), pattern(i, 1 << 20));
      }
      assertThat(next.children("segments")).as("the old layer went").hasSize(1);
      assertThat(next.check().layers()).isEqualTo(2);
    }
  }

  /** Whether the store that was left has a flattening to go on with. */
  private static boolean isUnfinished(Path left, UUID root) throws IOException {
    try (FlattenStore next = new FlattenStore(left)) {
      return next.flattens().find(root).isPresent();
    }
  }

  @Test
  void pausedWorkGoesOnWhereItStoppedOverARestart() throws Exception {
    UUID root = store.createFull(60);
    FileSystemUser user = store.user(root);
    interrupted(root, () -> store.flattens().pause(root));
    user.fileSystem().close();
    store.subvolumes().lock(root);
    store.restart();
    assertThat(store.check().problems()).isEmpty();
    store.unlock(root);
    assertThat(store.state(root)).isEqualTo(FlattenInfo.State.PAUSED);
    store.flattens().resume(root);
    store.done(root);
    for (int i = 0; i < 60; i++) {
      same(store.user(root).read("/f" + i), pattern(i, 1 << 20));
    }
  }

  @Test
  void aLockEndsTheWorkAndAnUnlockGoesOnWithIt() throws Exception {
    UUID root = store.createFull(60);
    FileSystemUser user = store.user(root);
    user.fileSystem().close();
    interrupted(root, () -> store.subvolumes().lock(root));
    store.unlock(root);
    store.done(root);
    same(store.user(root).read("/f59"), pattern(59, 1 << 20));
  }

  @Test
  void cancelledWorkLeavesNothing() throws Exception {
    UUID root = store.createFull(60);
    FileSystemUser user = store.user(root);
    interrupted(root, () -> store.flattens().pause(root));
    assertThatThrownBy(() -> store.flattens().start(root, false))
        .isInstanceOf(InUseException.class);
    store.flattens().cancel(root);
    assertThat(store.flattens().find(root)).isEmpty();
    assertThatThrownBy(() -> store.flattens().resume(root)).isInstanceOf(NoSuchFileException.class);
    same(user.read("/f7"), pattern(7, 1 << 20));
    assertThat(store.check().layers()).isEqualTo(2);
  }

  @Test
  void aLockedRootIsNotBegunWith() throws Exception {
    UUID root = store.create(new Base.Empty());
    store.subvolumes().lock(root);
    assertThatThrownBy(() -> store.flattens().start(root, false))
        .isInstanceOf(KeyAbsentException.class);
  }

  @Test
  void destructionEndsTheWork() throws Exception {
    UUID root = store.createFull(60);
    FileSystemUser user = store.user(root);
    user.fileSystem().close();
    store.flattens().start(root, false);
    store.subvolumes().destroy(root);
    assertThat(store.children("segments")).isEmpty();
    assertThat(store.check().layers()).isZero();
  }
}
