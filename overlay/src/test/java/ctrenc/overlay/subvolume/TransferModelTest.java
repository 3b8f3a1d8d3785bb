package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.export.Restore;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Between random moves of roots, snapshots go to another store, alone or with what is nested in
 * them: whole, or as increments of whatever went before, be it of the same root or of one that it
 * was forked from; streams are cut and go on. What arrives holds what the model says, and so does
 * everything that arrived before.
 */
@Timeout(300)
class TransferModelTest {

  private static final int MOVES = 60;
  private static final int MOST_KEPT = 8;

  @TempDir Path temporary;

  /** What a root that arrived should hold. */
  private record Arrived(UUID root, UUID snapshot, boolean isRecursive, HeldFiles files) {}

  @RepeatedTest(3)
  void whatArrivesIsWhatTheModelHeld() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("transfers with seed " + seed);
    Random random = new Random(seed);
    Map<UUID, Arrived> arrived = new LinkedHashMap<>();
    try (ModelledStore model = new ModelledStore(temporary, random);
        StoreDirectory there =
            StoreDirectory.open(temporary.resolve("there"), finding -> {}, SecretMemory.plain())) {
      for (int i = 0; i < MOVES; i++) {
        model.move();
        if (random.nextInt(3) == 0) {
          send(model, there, arrived, random, "t" + i);
        }
        while (arrived.size() > MOST_KEPT) {
          destroy(there, arrived, random);
        }
      }
      for (Arrived one : arrived.values()) {
        compare(model, there, one, "seed " + seed);
      }
      CollectedFindings told = new CollectedFindings();
      there.upkeep().verify(Optional.empty(), ScrubPosition.START, Pace.unlimited(), told);
      assertThat(told.findings()).as("seed %d", seed).isEmpty();
      assertThat(there.check().problems()).as("seed %d", seed).isEmpty();
    }
  }

  private static void send(
      ModelledStore model,
      StoreDirectory there,
      Map<UUID, Arrived> arrived,
      Random random,
      String name)
      throws Exception {
    boolean isRecursive = random.nextBoolean();
    Map<UUID, HeldFiles> kept = model.keptSnapshots(isRecursive);
    if (kept.isEmpty()) {
      return;
    }
    List<UUID> all = new ArrayList<>(kept.keySet());
    UUID snapshot = all.get(random.nextInt(all.size()));
    Optional<UUID> since = base(all, arrived, isRecursive, random);
    boolean isArchive = random.nextBoolean();
    boolean isWithEarlier = !isArchive && random.nextInt(3) == 0;
    Transfers.Outgoing outgoing =
        new Transfers.Outgoing(snapshot, since, isRecursive, isWithEarlier, Optional.empty());
    Transfers.Received came = received(model.store(), outgoing, isArchive, there, random, name);
    Arrived now =
        new Arrived(came.subvolume().id(), came.snapshot().id(), isRecursive, kept.get(snapshot));
    Arrived before = arrived.put(snapshot, now);
    compare(model, there, now, name);
    compareEarlier(model, there, now, kept);
    if (before != null) {
      there.subvolumes().destroy(before.root());
    }
  }

  /**
   * All that came with a snapshot, by their names: of what was nested, that alone which came with
   * the snapshot.
   */
  private static void compareEarlier(
      ModelledStore model, StoreDirectory there, Arrived one, Map<UUID, HeldFiles> kept)
      throws Exception {
    Map<String, HeldFiles> named = new HashMap<>();
    for (SnapshotInfo here : model.store().snapshots().list()) {
      Optional.ofNullable(kept.get(here.id())).ifPresent(held -> named.put(here.name(), held));
    }
    there.subvolumes().unlock(one.root(), List.of(model.machineKey()));
    for (SnapshotInfo came : there.snapshots().list()) {
      if (came.subvolume().equals(one.root()) && !came.id().equals(one.snapshot())) {
        FileSystemUser frozen = new FileSystemUser(there.snapshots().open(came.id()));
        HeldFiles expected = named.get(came.name()).nestedAlso(one.files());
        expected.compare(frozen, "earlier " + came.name());
        frozen.fileSystem().close();
      }
    }
    there.subvolumes().lock(one.root());
  }

  /** Sometimes one that the other store has, with its parts if they are asked for. */
  private static Optional<UUID> base(
      List<UUID> all, Map<UUID, Arrived> arrived, boolean isRecursive, Random random) {
    List<UUID> known =
        all.stream()
            .filter(arrived::containsKey)
            .filter(one -> !isRecursive || arrived.get(one).isRecursive())
            .toList();
    return known.isEmpty() || random.nextInt(3) == 0
        ? Optional.empty()
        : Optional.of(known.get(random.nextInt(known.size())));
  }

  private static Transfers.Received received(
      StoreDirectory here,
      Transfers.Outgoing outgoing,
      boolean isArchive,
      StoreDirectory there,
      Random random,
      String name)
      throws Exception {
    Transfers from = here.transfers();
    Transfers to = there.transfers();
    if (isArchive) {
      ByteArrayOutputStream archive = new ByteArrayOutputStream();
      from.backup(outgoing, Pace.unlimited(), Channels.newChannel(archive), done -> {});
      if (outgoing.since().isEmpty() && !outgoing.isRecursive()) {
        ViewedFiles.assertSame(from, outgoing.snapshot(), archive.toByteArray());
      }
      Restore.Wanted everything = new Restore.Wanted(List.of(), false);
      return to.restore(name, in(archive.toByteArray()), everything, done -> {});
    }
    byte[] stream = sent(from, outgoing);
    while (random.nextInt(3) == 0) {
      byte[] cut = Arrays.copyOf(stream, random.nextInt(stream.length));
      assertThatThrownBy(() -> to.receive(name, true, in(cut), done -> {}))
          .isInstanceOf(DamagedException.class);
      stream = sent(from, outgoing.from(to.kept().stream().findFirst()));
    }
    Transfers.Received received = to.receive(name, in(stream), done -> {});
    assertThat(to.kept()).isEmpty();
    return received;
  }

  private static byte[] sent(Transfers from, Transfers.Outgoing outgoing) throws Exception {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    from.send(outgoing, Pace.unlimited(), Channels.newChannel(stream), done -> {});
    return stream.toByteArray();
  }

  private static ReadableByteChannel in(byte[] stream) {
    return Channels.newChannel(new ByteArrayInputStream(stream));
  }

  private static void destroy(StoreDirectory there, Map<UUID, Arrived> arrived, Random random)
      throws Exception {
    List<UUID> all = new ArrayList<>(arrived.keySet());
    Arrived gone = arrived.remove(all.get(random.nextInt(all.size())));
    there.subvolumes().destroy(gone.root());
  }

  private static void compare(ModelledStore model, StoreDirectory there, Arrived one, String when)
      throws Exception {
    there.subvolumes().unlock(one.root(), List.of(model.machineKey()));
    FileSystemUser user = new FileSystemUser(there.subvolumes().open(one.root()));
    one.files().compare(user, when);
    user.fileSystem().close();
    FileSystemUser frozen = new FileSystemUser(there.snapshots().open(one.snapshot()));
    one.files().compare(frozen, when + ", the snapshot");
    frozen.fileSystem().close();
    there.subvolumes().lock(one.root());
  }
}
