package ctrenc.overlay.subvolume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images of trees that somebody else keeps, and throwaway subvolumes that come to stay. */
@Timeout(60)
class SharedTreesTest {

  @TempDir Path temporary;
  private final SecretMemory memory = SecretMemory.plain();
  private StoreDirectory store;

  @BeforeEach
  void open() throws IOException {
    Path state = temporary.toRealPath().resolve("state");
    store = StoreDirectory.open(state, finding -> {}, memory);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private void restart() throws IOException {
    store.close();
    open();
  }

  private Path tree(String name) throws IOException {
    return Files.createDirectories(temporary.toRealPath().resolve("state/theirs").resolve(name));
  }

  private MachineKeyProtector key() {
    return new MachineKeyProtector(Secret.take(memory, new byte[MachineKeyProtector.LENGTH]));
  }

  @Test
  void treesOfOneAreTreesOfOthersAndOutliveThem() throws Exception {
    Path low = tree("1");
    Path high = tree("2");
    Files.writeString(low.resolve("below"), "low");
    Files.writeString(low.resolve("hidden"), "low");
    Files.writeString(high.resolve(".wh.hidden"), "");
    Files.writeString(high.resolve("above"), "high");
    ImageInfo one = store.images().addShared("one", "", List.of(low), files -> {});
    ImageInfo both = store.images().addShared("both", "", List.of(low, high), files -> {});
    restart();
    assertThat(names(one)).containsExactlyInAnyOrder("below", "hidden");
    assertThat(names(both)).containsExactlyInAnyOrder("below", "above");
    assertThat(store.check().problems()).isEmpty();
    store.images().remove(one);
    assertThat(low.resolve("below")).hasContent("low");
    assertThat(names(both)).containsExactlyInAnyOrder("below", "above");
    store.images().remove(both);
    assertThat(high.resolve("above")).hasContent("high");
  }

  private List<String> names(ImageInfo image) throws Exception {
    SubvolumeInfo made = store.subvolumes().create("s", new Base.Image(image.id()), List.of());
    List<String> names = new ArrayList<>();
    try (FileSystem fileSystem = store.subvolumes().open(made.id())) {
      names.addAll(new FileSystemUser(fileSystem).list("/").keySet());
    }
    store.subvolumes().destroy(made.id());
    names.removeAll(List.of(".", ".."));
    return names;
  }

  @Test
  void treesElsewhereAreRefused() throws Exception {
    Path outside = Files.createDirectory(temporary.resolve("outside"));
    assertThatThrownBy(() -> store.images().addShared("o", "", List.of(outside), files -> {}))
        .isInstanceOf(IOException.class);
    assertThat(store.images().list()).isEmpty();
  }

  @Test
  void throwawayThatIsKeptOpensAfterRestart() throws Exception {
    SubvolumeInfo made = store.subvolumes().create("t", new Base.Empty(), List.of());
    try (FileSystem fileSystem = store.subvolumes().open(made.id())) {
      new FileSystemUser(fileSystem).put("/f", "kept".getBytes(UTF_8));
      store.subvolumes().keep(made.id(), List.of(key()));
      store.snapshots().create(made.id(), "frozen");
    }
    restart();
    SubvolumeInfo found = store.subvolumes().find("t").orElseThrow();
    assertThat(found.throwaway()).isFalse();
    assertThat(found.unlocked()).isFalse();
    store.subvolumes().unlock(made.id(), List.of(key()));
    SnapshotInfo frozen = store.snapshots().find(made.id(), "frozen").orElseThrow();
    try (FileSystem fileSystem = store.snapshots().open(frozen.id())) {
      assertThat(new FileSystemUser(fileSystem).read("/f")).isEqualTo("kept".getBytes(UTF_8));
    }
    assertThat(store.check().problems()).isEmpty();
  }
}
