package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Moves on stacks, interrupted everywhere: layers are counted right, and nothing is left over. */
class MovesCrashTest {

  @TempDir Path temporary;
  private CrashingStore store = new CrashingStore(Path.of("."));

  @BeforeEach
  void make() {
    store = new CrashingStore(temporary);
  }

  private UUID root() {
    return store.subvolumes().find("p").orElseThrow().id();
  }

  private void createRoot() throws IOException {
    UUID id = store.create("p", List.of(store.machineKey()));
    put(id, "/before");
  }

  private void put(UUID id, String path) throws IOException {
    try {
      FileSystemUser user = new FileSystemUser(store.subvolumes().open(id));
      user.mkdir(path);
      user.fileSystem().close();
    } catch (ErrnoException e) {
      throw new IOException(e);
    }
  }

  private void snapshot(String name) throws IOException {
    store.snapshots().create(root(), name);
  }

  private void fork(String name) throws IOException {
    store.subvolumes().fork(root(), name, List.of(store.machineKey()));
  }

  private UUID snapshotId(String name) {
    return store.snapshots().find(root(), name).orElseThrow().id();
  }

  @Test
  void snapshotIsWholeOrNotAtAll() throws IOException {
    store.interruptEverywhere(this::createRoot, () -> snapshot("s"));
    assertThat(store.snapshots().list()).hasSize(1);
  }

  @Test
  void snapshotOfARootInUseIsWholeOrNotAtAll() throws IOException {
    store.interruptEverywhere(
        () -> {
          createRoot();
          store.subvolumes().open(root());
        },
        () -> {
          snapshot("s");
          put(root(), "/after");
        });
  }

  private void createNested() throws IOException {
    createRoot();
    try {
      FileSystem fileSystem = store.subvolumes().open(root());
      HiddenUser.root(fileSystem).mkdir("/.ctr-enc/subvolumes/a");
      HiddenUser.root(fileSystem).mkdir("/a/.ctr-enc/subvolumes/b");
      HiddenUser.root(fileSystem).mkdir("/a/b/before");
    } catch (ErrnoException e) {
      throw new IOException(e);
    }
  }

  private void recursiveSnapshot(String name) throws IOException {
    store.snapshots().createRecursive(root(), name);
  }

  /** All three, or none of them. */
  private void wholeOrNotAtAll() {
    List<SnapshotInfo> all = store.snapshots().list();
    assertThat(all.size()).isIn(0, 3);
    assertThat(store.snapshots().find(root(), "s").isPresent()).isEqualTo(!all.isEmpty());
    store
        .snapshots()
        .find(root(), "s")
        .ifPresent(top -> assertThat(store.snapshots().parts(top.id())).isEqualTo(2));
  }

  @Test
  void recursiveSnapshotOfATreeInUseIsWholeOrNotAtAll() throws IOException {
    store.interruptEverywhere(
        this::createNested, () -> recursiveSnapshot("s"), this::wholeOrNotAtAll);
    assertThat(store.snapshots().list()).hasSize(3);
  }

  @Test
  void recursiveSnapshotOfAClosedTreeIsWholeOrNotAtAll() throws IOException {
    store.interruptEverywhere(
        () -> {
          createNested();
          store.subvolumes().open(root()).close();
        },
        () -> recursiveSnapshot("s"),
        this::wholeOrNotAtAll);
    assertThat(store.snapshots().list()).hasSize(3);
  }

  @Test
  void removalOfARecursiveSnapshotIsWholeOrNotAtAll() throws IOException {
    store.interruptEverywhere(
        () -> {
          createNested();
          recursiveSnapshot("s");
        },
        () -> store.snapshots().remove(snapshotId("s")),
        this::wholeOrNotAtAll);
    assertThat(store.snapshots().list()).isEmpty();
  }

  @Test
  void forkOfARecursiveSnapshotIsWholeOrNotAtAll() throws IOException {
    store.interruptEverywhere(
        () -> {
          createNested();
          recursiveSnapshot("s");
        },
        () -> store.snapshots().fork(snapshotId("s"), "f", List.of(store.machineKey())),
        () -> {
          for (SubvolumeInfo one : store.subvolumes().list()) {
            assertThat(store.subvolumes().quotas().list(one.id())).hasSize(3);
          }
        });
    assertThat(store.subvolumes().list()).hasSize(2);
  }

  @Test
  void forkIsWholeOrNotAtAll() throws IOException {
    store.interruptEverywhere(this::createRoot, () -> fork("f"));
    assertThat(store.subvolumes().list()).hasSize(2);
  }

  @Test
  void rotationIsWholeOrNotAtAll() throws IOException {
    store.interruptEverywhere(
        this::createRoot,
        () -> {
          store.subvolumes().rotate(root());
          put(root(), "/after");
        });
  }

  @Test
  void flatteningIsWholeOrGoesOn() throws IOException {
    store.interruptEverywhere(
        () -> {
          createRoot();
          store.subvolumes().rotate(root());
          put(root(), "/between");
        },
        () -> {
          store.flattens().start(root(), false);
          FlattenStore.await(store.flattens(), root());
          put(root(), "/after");
        });
  }

  @Test
  void removalOfASnapshotIsFinishedAtTheNextOpen() throws IOException {
    store.interruptEverywhere(
        () -> {
          createRoot();
          snapshot("s");
          store.subvolumes().rotate(root());
        },
        () -> store.snapshots().remove(snapshotId("s")));
    assertThat(store.snapshots().list()).isEmpty();
  }

  @Test
  void whatAForkSharesStaysWhenItsOriginIsDestroyed() throws IOException {
    store.interruptEverywhere(
        () -> {
          createRoot();
          snapshot("s");
          fork("f");
        },
        () -> store.subvolumes().destroy(root()));
    UUID fork = store.subvolumes().find("f").orElseThrow().id();
    assertThat(store.subvolumes().list()).hasSize(1);
    put(fork, "/later");
  }
}
