package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.export.Restore;
import ctrenc.overlay.extent.CompactionRule;
import ctrenc.overlay.extent.CompactionWatch;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store has parts of a layer beside the whole of it, under the layer's one key. */
@Timeout(300)
class PartsTest {

  @TempDir Path temporary;
  private VerifiedStore store;
  private UUID origin;
  private String large;
  private byte[] archive;

  /** A locked root, and an archive of it. */
  @BeforeEach
  void open() throws Exception {
    store = new VerifiedStore(temporary.resolve("store"));
    origin = store.variedRoot();
    FileSystemUser user = opened(origin);
    large = "1/" + user.inode("/d") + "/" + user.inode("/d/large");
    close(user, origin);
    UUID snapshot = store.store().transfers().freeze(origin, "kept").id();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    store
        .store()
        .transfers()
        .backup(
            Transfers.Outgoing.whole(snapshot),
            Pace.unlimited(),
            Channels.newChannel(out),
            done -> {});
    archive = out.toByteArray();
  }

  @AfterEach
  void close() throws IOException {
    assertThat(store.verify().findings()).isEmpty();
    assertThat(store.store().check().problems()).isEmpty();
    store.close();
  }

  private FileSystemUser opened(UUID root) throws IOException {
    store.store().subvolumes().unlock(root, List.of(store.machineKey()));
    return store.user(root);
  }

  private void close(FileSystemUser user, UUID root) throws IOException {
    user.fileSystem().close();
    store.store().subvolumes().lock(root);
  }

  private UUID restore(String name, String... places) throws IOException {
    Restore.Wanted wanted = new Restore.Wanted(List.of(places), false);
    return store
        .store()
        .transfers()
        .restore(name, StreamFrames.channel(archive), wanted, done -> {})
        .subvolume()
        .id();
  }

  private void holdsTheLargeFileAlone(UUID root) throws Exception {
    FileSystemUser user = opened(root);
    assertThat(user.list("/")).containsOnlyKeys("d");
    assertThat(user.list("/d")).containsOnlyKeys("large");
    assertThat(user.read("/d/large")).isEqualTo(largeFile());
    close(user, root);
  }

  private void holdsAll(UUID root) throws Exception {
    FileSystemUser user = opened(root);
    assertThat(user.list("/")).containsOnlyKeys("d", "gone", "moved");
    assertThat(user.read("/moved/again")).isEqualTo(largeFile());
    assertThat(user.text("/moved/small")).isEqualTo("small");
    close(user, root);
  }

  private static byte[] largeFile() {
    byte[] held = pattern(1, 2_500_000);
    System.arraycopy(pattern(2, 5000), 0, held, 1_100_000, 5000);
    return held;
  }

  private List<UUID> layers(UUID root) throws IOException {
    return store.store().subvolumes().sealedLayers(root).stream().map(SealedLayer::id).toList();
  }

  /** The segment files of parts, and their bytes. */
  private TreeMap<Path, Integer> parts() throws IOException {
    TreeMap<Path, Integer> parts = new TreeMap<>();
    Path directory = temporary.resolve("store/segments-of-parts");
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          parts.put(file, Arrays.hashCode(Files.readAllBytes(file)));
        }
      }
    }
    return parts;
  }

  @Test
  void picksIntoTheStoreTheyCameFromShowWhatWasPickedAlone() throws Exception {
    List<UUID> whole = layers(origin);
    UUID one = restore("one", large);
    UUID two = restore("two", large);
    assertThat(layers(one)).isEqualTo(layers(two)).isSubsetOf(whole);
    assertThat(parts()).hasSize(4);
    store.reopen();
    holdsTheLargeFileAlone(one);
    holdsTheLargeFileAlone(two);
    holdsAll(origin);
    holdsAll(restore("all"));
    assertThat(parts()).hasSize(4);

    assertThat(store.store().subvolumes().destroy(one).layers())
        .as("the origin has the same keys")
        .doesNotContainAnyElementsOf(whole);
    holdsTheLargeFileAlone(two);
    store.store().subvolumes().destroy(two);
    assertThat(parts()).isEmpty();
    assertThat(temporary.resolve("store/segments-of-parts")).isEmptyDirectory();
    holdsAll(origin);
  }

  /** What is written goes to a layer of its own, whose key nobody else has. */
  @Test
  void nothingIsSealedUnderTheKeyOfAPart() throws Exception {
    UUID one = restore("one", large);
    UUID two = restore("two", large);
    TreeMap<Path, Integer> before = parts();
    Set<UUID> shared = Set.copyOf(layers(one));
    for (UUID root : List.of(one, two)) {
      FileSystemUser user = opened(root);
      user.overwrite("/d/large", 0, pattern(7, 1_000_000));
      user.put("/new", "in " + root);
      close(user, root);
    }
    assertThat(parts()).isEqualTo(before);
    Set<UUID> uppers =
        Stream.concat(layers(one).stream(), layers(two).stream())
            .filter(layer -> !shared.contains(layer))
            .collect(Collectors.toSet());
    assertThat(uppers).hasSize(2).doesNotContainAnyElementsOf(layers(origin));
    store.reopen();
    FileSystemUser user = opened(one);
    assertThat(user.text("/new")).isEqualTo("in " + one);
    assertThat(user.list("/")).containsOnlyKeys("d", "new");
    close(user, one);
    holdsAll(origin);
  }

  @Test
  void aWholeBackupIsNotTakenForThePartThatCameBefore() throws Exception {
    store.store().subvolumes().destroy(origin);
    assertThat(store.segmentFiles()).isEmpty();
    UUID part = restore("part", large);
    UUID whole = restore("whole");
    store.reopen();
    holdsAll(whole);
    holdsTheLargeFileAlone(part);
    store.store().subvolumes().destroy(whole);
    assertThat(store.segmentFiles()).isEmpty();
    holdsTheLargeFileAlone(part);
  }

  private record ExpectsNoDamage() implements CompactionWatch {
    @Override
    public void moved(long bytes) {
      // How much it is makes no difference.
    }

    @Override
    public void damaged(UUID layer, long extent) {
      throw new AssertionError("extent " + extent + " of layer " + layer);
    }
  }

  @Test
  void partsAreForkedCompactedFlattenedAndMovedOn() throws Exception {
    UUID part = restore("part", large);
    FileSystemUser user = opened(part);
    user.overwrite("/d/large", 0, pattern(7, 300_000));
    UUID snapshot = store.store().snapshots().create(part, "s").id();
    UUID fork = store.store().snapshots().fork(snapshot, "fork", List.of(store.machineKey())).id();
    FileSystemUser forked = store.user(fork);
    byte[] held = user.read("/d/large");
    assertThat(forked.read("/d/large")).isEqualTo(held);
    forked.fileSystem().close();
    store
        .store()
        .upkeep()
        .compact(Optional.empty(), CompactionRule.asked(), Pace.unlimited(), new ExpectsNoDamage());
    store.store().flattens().start(part, false);
    store.store().flattens().await(part, Duration.ofSeconds(60));
    for (SnapshotInfo one : store.store().snapshots().list()) {
      if (one.subvolume().equals(part)) {
        store.store().snapshots().remove(one.id());
      }
    }
    assertThat(user.read("/d/large")).isEqualTo(held);
    close(user, part);
    assertThat(parts()).as("the fork's").hasSize(2);
    store.store().subvolumes().destroy(fork);
    assertThat(parts()).isEmpty();
    holdsAll(origin);
  }
}
