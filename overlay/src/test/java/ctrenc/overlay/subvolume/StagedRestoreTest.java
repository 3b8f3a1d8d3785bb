package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.StoreException;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Copies of what a view shows become roots again. */
@Timeout(300)
class StagedRestoreTest {

  @TempDir Path temporary;
  private StorePair pair;
  private UUID snapshot;
  private Path copy;

  @BeforeEach
  void open() throws Exception {
    pair = new StorePair(temporary.resolve("stores"));
    snapshot = pair.freeze(pair.here().variedRoot(), "kept");
    copy = Files.createDirectory(temporary.resolve("copy"));
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  private void save(boolean keepsLinks) throws Exception {
    new SavedView(copy, keepsLinks).save(pair.here().store().transfers().view(snapshot));
  }

  private UUID restore(String name) throws IOException {
    return pair.there().store().transfers().restore(name, copy, done -> {}).subvolume().id();
  }

  private void checkRestored(UUID root) throws Exception {
    assertThat(pair.there().verify().findings()).isEmpty();
    assertThat(pair.there().store().check().problems()).isEmpty();
    FileSystemUser user = pair.arrived(root);
    assertThat(user.list("/")).containsOnlyKeys("d", "gone", "moved");
    assertThat(user.read("/d/large")).isEqualTo(user.read("/moved/again")).hasSize(2_500_000);
    assertThat(user.stat("/d/large").links()).isEqualTo(2);
    assertThat(user.text("/moved/small")).isEqualTo("small");
    assertThat(user.getxattr("/gone", "user.long")).hasSize(4000);
    user.fileSystem().close();
  }

  @Test
  void copyWithItsLinksIsRestored() throws Exception {
    save(true);
    checkRestored(restore("root"));
  }

  @Test
  void copyWhoseLinksBecameFilesIsRestoredWithThem() throws Exception {
    save(false);
    checkRestored(restore("root"));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(copy)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void whatIsMissingOrOtherIsRefusedByNameAndLeavesNothing() throws Exception {
    save(false);
    long seed = new Random().nextLong();
    System.out.println("changed copies with seed " + seed);
    Random random = new Random(seed);
    for (Path file : files()) {
      String name = copy.relativize(file).toString();
      byte[] held = Files.readAllBytes(file);
      if (held.length > 0) {
        byte[] changed = held.clone();
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, changed);
        assertThatThrownBy(() -> restore("root"))
            .as("%s, seed %d", name, seed)
            .isInstanceOf(StoreException.class)
            .hasMessageContaining(name);
        Files.write(file, Arrays.copyOf(held, held.length / 2));
        assertThatThrownBy(() -> restore("root")).hasMessageContaining(name);
        Files.write(file, held);
      }
    }
    pair.assertNothingLeft();
    checkRestored(restore("root"));
  }

  /** The first byte of each file, or of what is in it, is a version. */
  @Test
  void whatSaysThatItIsNewerIsRefusedByName() throws Exception {
    save(false);
    for (Path file : files()) {
      byte[] held = Files.readAllBytes(file);
      if (held.length > 0) {
        byte[] changed = held.clone();
        changed[0] ^= 16;
        Files.write(file, changed);
        assertThatThrownBy(() -> restore("root"))
            .isInstanceOf(StoreException.class)
            .hasMessageContaining(copy.relativize(file).toString());
        Files.write(file, held);
      }
    }
    checkRestored(restore("root"));
  }

  @Test
  void missingObjectIsNoticed() throws Exception {
    save(true);
    for (Path file : files()) {
      byte[] held = Files.readAllBytes(file);
      boolean isLinked = (int) Files.getAttribute(file, "unix:nlink") > 1;
      Path aside = temporary.resolve("aside");
      Files.move(file, aside);
      if (!isLinked) {
        assertThatThrownBy(() -> restore("root"))
            .as("without %s of %d bytes", file, held.length)
            .isInstanceOf(DamagedException.class);
      }
      Files.move(aside, file);
    }
    Files.createFile(copy.resolve("foreign"));
    assertThatThrownBy(() -> restore("root")).hasMessageContaining("foreign");
    Files.delete(copy.resolve("foreign"));
    Files.createSymbolicLink(copy.resolve("objects/1/link"), Path.of("/etc/passwd"));
    assertThatThrownBy(() -> restore("root")).hasMessageContaining("objects/1/link");
    pair.assertNothingLeft();
  }
}
