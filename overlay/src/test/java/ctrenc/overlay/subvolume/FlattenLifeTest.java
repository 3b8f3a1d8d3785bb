package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Flattening is held up, given up, interrupted, and goes on. */
@Timeout(120)
class FlattenLifeTest {

  @TempDir Path temporary;
  private FlattenStore store;

  @BeforeEach
  void open() throws IOException {
    store = new FlattenStore(temporary.resolve("state"));
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  @Test
  void pausedWorkGoesOnWhereItStoppedOverARestart() throws Exception {
    UUID root = store.createFull(60);
    FileSystemUser user = store.user(root);
    store.flattens().start(root, false);
    store.flattens().pause(root);
    FlattenInfo.State paused = store.state(root);
    assertThat(paused).isIn(FlattenInfo.State.PAUSED, FlattenInfo.State.DONE);
    user.fileSystem().close();
    store.subvolumes().lock(root);
    store.restart();
    assertThat(store.check().problems()).isEmpty();
    store.unlock(root);
    if (paused == FlattenInfo.State.PAUSED) {
      assertThat(store.state(root)).isEqualTo(paused);
      store.flattens().resume(root);
      store.done(root);
    }
    for (int i = 0; i < 60; i++) {
      same(store.user(root).read("/f" + i), pattern(i, 1 << 20));
    }
  }

  @Test
  void aLockEndsTheWorkAndAnUnlockGoesOnWithIt() throws Exception {
    UUID root = store.createFull(60);
    FileSystemUser user = store.user(root);
    user.fileSystem().close();
    store.flattens().start(root, false);
    store.subvolumes().lock(root);
    assertThat(store.state(root)).isIn(FlattenInfo.State.PAUSED, FlattenInfo.State.DONE);
    store.unlock(root);
    store.done(root);
    same(store.user(root).read("/f59"), pattern(59, 1 << 20));
  }

  @Test
  void cancelledWorkLeavesNothing() throws Exception {
    UUID root = store.createFull(60);
    FileSystemUser user = store.user(root);
    store.flattens().start(root, false);
    store.flattens().pause(root);
    assertThat(store.state(root)).isEqualTo(FlattenInfo.State.PAUSED);
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
