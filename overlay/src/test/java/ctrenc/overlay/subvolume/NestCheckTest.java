package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.nest.Limits;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check of a store sees each way in which what is nested can be lost. */
class NestCheckTest {

  @TempDir Path temporary;
  private CrashingStore store = new CrashingStore(Path.of("."));
  private UUID root = new UUID(0, 0);
  private NestRecord outer = new NestRecord(root, root, 0, 0);
  private NestRecord inner = outer;

  /** A subvolume in one in a root, and a snapshot of all three. */
  @BeforeEach
  void make() throws Exception {
    store = new CrashingStore(temporary);
    store.wipe();
    root = store.create("p", List.of(store.machineKey()));
    FileSystem fileSystem = store.subvolumes().open(root);
    HiddenUser.root(fileSystem).mkdir("/.ctr-enc/subvolumes/a");
    HiddenUser.root(fileSystem).mkdir("/a/.ctr-enc/subvolumes/b");
    store.snapshots().createRecursive(root, "s");
    fileSystem.close();
    outer = nests().within(root).getFirst();
    inner = nests().within(outer.id()).getFirst();
    assertThat(problems()).isEmpty();
  }

  private NestCatalog nests() {
    return store.stacks().tools().nests();
  }

  private List<String> problems() throws IOException {
    return store.stacks().check().problems().stream()
        .map(problem -> problem.subject() + ": " + problem.text())
        .toList();
  }

  private void change(Catalog.Change<NestCatalog> change) throws IOException {
    store.stacks().catalog().change(change);
  }

  private void put(NestRecord nest) throws IOException {
    change(
        edit -> {
          nests().put(edit, nest);
          return nests();
        });
  }

  private UUID partOf(UUID subvolume) {
    return store.stacks().catalog().snapshotsOf(subvolume).getFirst().id();
  }

  @Test
  void aLostRecordLeavesASubvolumeThatNobodyReaches() throws IOException {
    change(
        edit -> {
          nests().remove(edit, inner.id());
          return nests();
        });
    assertThat(problems())
        .contains("subvolume " + inner.id() + ": It was nested, and nothing says where.")
        .anyMatch(text -> text.startsWith("snapshot " + partOf(inner.id())));
  }

  @Test
  void aRecordWithoutASubvolumeOrAParentIsSeen() throws IOException {
    UUID gone = UUID.randomUUID();
    put(new NestRecord(gone, root, 77, 9));
    put(inner.as(inner.id(), gone));
    assertThat(problems())
        .contains("subvolume " + gone + ": It is said to be nested in " + root + ", and is gone.")
        .hasSizeGreaterThan(2);
  }

  @Test
  void oneThatIsNestedInItselfIsSeen() throws IOException {
    put(outer.as(outer.id(), inner.id()));
    assertThat(problems())
        .contains("subvolume " + outer.id() + ": It is nested in itself.")
        .contains("subvolume " + inner.id() + ": It is nested in itself.");
  }

  @Test
  void twoAtOnePlaceOrDirectoryAreSeen() throws IOException {
    put(new NestRecord(inner.id(), root, outer.anchor(), outer.place()));
    assertThat(problems())
        .anyMatch(text -> text.endsWith("hangs at its directory, inode " + outer.anchor() + "."))
        .anyMatch(text -> text.endsWith("of its tree has its place " + outer.place() + "."));
  }

  @Test
  void aDirectoryThatIsGoneIsSeen() throws Exception {
    put(new NestRecord(outer.id(), root, 4711, outer.place()));
    assertThat(problems())
        .contains(
            "subvolume %s: The directory of %s that it hangs at, inode 4711, is gone."
                .formatted(outer.id(), root));
  }

  /** Removed behind the tree's back: the lower still has the name, and the upper a whiteout. */
  @Test
  void aDirectoryThatWasRemovedIsSeen() throws Exception {
    SubvolumeRecord parent = store.stacks().catalog().requireLiving(root);
    FileSystem alone =
        store.stacks().opener().open(parent, Optional.empty(), () -> {}).fileSystem();
    alone.rmdir(Caller.ROOT, FileSystem.ROOT, FileSystemUser.name("/a"));
    alone.close();
    assertThat(problems())
        .anyMatch(text -> text.startsWith("subvolume " + outer.id() + ": The directory of"));
  }

  @Test
  void aPartWithoutItsWholeIsSeen() throws IOException {
    UUID part = partOf(inner.id());
    change(
        edit -> {
          nests().putPart(edit, inner.as(part, UUID.randomUUID()));
          return nests();
        });
    assertThat(problems()).singleElement().asString().startsWith("snapshot " + part);
    change(
        edit -> {
          nests().putPart(edit, inner.as(part, partOf(root)));
          return nests();
        });
    assertThat(problems()).singleElement().asString().startsWith("snapshot " + part);
  }

  @Test
  void limitsOfNothingAreSeen() throws IOException {
    UUID gone = UUID.randomUUID();
    change(
        edit -> {
          nests().put(edit, gone, new BoundedLimits(new Limits(1, 1), Limits.NONE));
          return nests();
        });
    assertThat(problems()).containsExactly("subvolume " + gone + ": It has limits, and is gone.");
  }
}
