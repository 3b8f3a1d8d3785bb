package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a removal says of keys is what was true before, and is then. */
@Timeout(60)
class KeyLossTest {

  @TempDir private Path temporary;
  private final List<Finding> audit = new ArrayList<>();
  private VerifiedStore verified;
  private Subvolumes subvolumes;
  private Snapshots snapshots;

  @BeforeEach
  void open() throws IOException {
    verified = new VerifiedStore(temporary, SecretMemory.plain(), audit::add);
    subvolumes = verified.store().subvolumes();
    snapshots = verified.store().snapshots();
  }

  @AfterEach
  void close() throws IOException {
    verified.close();
  }

  /** The ids of the layers of a subvolume, the oldest first. */
  private List<UUID> layers(UUID subvolume) throws IOException {
    return subvolumes.sealedLayers(subvolume).stream().map(SealedLayer::id).toList();
  }

  private static SealedLayer.Reader reader(UUID subvolume, String name, String... snapshot) {
    return new SealedLayer.Reader(
        subvolume, subvolume, name, List.of(snapshot).stream().findFirst());
  }

  /**
   * A root "r" that nobody uses, with three layers, and snapshots of the first and of the second.
   */
  private UUID snapshotTwice() throws Exception {
    UUID root = verified.create("r");
    FileSystemUser user = verified.user(root);
    user.put("/before", "shared");
    snapshots.create(root, "one");
    user.put("/between", "only in a snapshot");
    snapshots.create(root, "two");
    user.put("/after", "own");
    user.fileSystem().close();
    return root;
  }

  @Test
  void layersOfALockedRootThatAForkSharesAreNotLost() throws Exception {
    UUID root = snapshotTwice();
    UUID one = snapshots.find(root, "one").orElseThrow().id();
    UUID fork = snapshots.fork(one, "fork", List.of(verified.machineKey())).id();
    subvolumes.lock(root);

    List<UUID> of = layers(root);
    assertThat(subvolumes.sealedLayers(root))
        .containsExactly(
            new SealedLayer(
                of.get(0),
                List.of(
                    reader(fork, "fork"),
                    reader(root, "r"),
                    reader(root, "r", "one"),
                    reader(root, "r", "two"))),
            new SealedLayer(of.get(1), List.of(reader(root, "r"), reader(root, "r", "two"))),
            new SealedLayer(of.get(2), List.of(reader(root, "r"))));
    KeyLoss lost = subvolumes.destroy(root);
    SealedLayer shared = new SealedLayer(of.get(0), List.of(reader(fork, "fork")));
    assertThat(lost).isEqualTo(new KeyLoss(List.of(root), of.subList(1, 3), List.of(shared)));
    assertThat(audit).containsExactly(erased(root, of, fork));
    assertThat(verified.user(fork).text("/before")).isEqualTo("shared");
    assertThat(layers(fork)).hasSize(2).startsWith(of.get(0));
  }

  /** Layers but for the first are gone, which the fork reads. */
  private static Finding erased(UUID root, List<UUID> layers, UUID fork) {
    return new Finding(
        Finding.Kind.ERASED,
        "subvolume " + root,
        Map.of(
            "subvolumes", root.toString(),
            "layers", layers.get(1) + " " + layers.get(2),
            "shared", layers.get(0) + ":" + fork));
  }

  @Test
  void aSnapshotTakesTheKeysThatItAloneHad() throws Exception {
    UUID root = verified.create("r");
    FileSystemUser user = verified.user(root);
    user.put("/gone", "gone");
    UUID one = snapshots.create(root, "one").id();
    UUID fork = snapshots.fork(one, "fork", List.of(verified.machineKey())).id();
    UUID stays = layers(root).getFirst();
    user.unlink("/gone");
    user.fileSystem().close();
    assertThat(snapshots.remove(one))
        .isEqualTo(
            new KeyLoss(
                List.of(),
                List.of(),
                List.of(new SealedLayer(stays, List.of(reader(fork, "fork"), reader(root, "r"))))));

    UUID own = snapshots.create(fork, "own").id();
    subvolumes.destroy(root);
    List<UUID> before = layers(fork);
    verified.store().flattens().start(fork, false);
    verified.store().flattens().await(fork, Duration.ofSeconds(60));
    KeyLoss lost = snapshots.remove(own);
    assertThat(lost.layers()).isEqualTo(before.subList(0, 2)).contains(stays);
    assertThat(lost.shared()).isEmpty();
    assertThat(lost.subvolumes()).as("its KEK goes on").isEmpty();
  }

  @Test
  void whatIsNestedGoesToo() throws Exception {
    try (NestedRoot nest = new NestedRoot(temporary.resolve("nested"))) {
      nest.create(NestedRoot.machineKey());
      nest.hidden().mkdir("/.ctr-enc/subvolumes/inner");
      nest.user().put("/inner/f", "inner");
      UUID inner = nest.hidden().idOf("/inner");
      Subvolumes all = nest.store().subvolumes();
      UUID whole = nest.store().snapshots().createRecursive(nest.root(), "whole").id();
      List<UUID> layers = all.sealedLayers(nest.root()).stream().map(SealedLayer::id).toList();
      SealedLayer innermost =
          all.sealedLayers(nest.root()).stream()
              .filter(layer -> layer.readers().getFirst().subvolume().equals(inner))
              .findFirst()
              .orElseThrow();
      assertThat(innermost.readers())
          .extracting(SealedLayer.Reader::root, SealedLayer.Reader::snapshot)
          .contains(tuple(nest.root(), Optional.of("whole")));
      assertThat(nest.store().snapshots().remove(whole).shared()).hasSize(2);
      nest.fileSystem().close();
      all.lock(nest.root());
      assertThat(all.destroy(nest.root()))
          .isEqualTo(new KeyLoss(List.of(nest.root(), inner), layers, List.of()));
    }
  }

  @Test
  void aKekThatAnotherRootCameWithStays() throws Exception {
    try (StorePair pair = new StorePair(temporary.resolve("pair"))) {
      UUID root = pair.here().variedRoot();
      byte[] stream = pair.send(pair.freeze(root, "now"), Optional.empty());
      UUID one = pair.receive("one", stream).subvolume().id();
      UUID two = pair.receive("two", stream).subvolume().id();
      Subvolumes there = pair.there().store().subvolumes();
      List<UUID> layers = there.sealedLayers(one).stream().map(SealedLayer::id).toList();
      KeyLoss lost = there.destroy(one);
      assertThat(lost.subvolumes()).isEmpty();
      assertThat(lost.layers()).isEmpty();
      assertThat(lost.shared()).extracting(SealedLayer::id).isEqualTo(layers);
      assertThat(there.destroy(two)).isEqualTo(new KeyLoss(List.of(two), layers, List.of()));
    }
  }
}
