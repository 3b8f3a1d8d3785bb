package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.export.Restore;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * Between random moves of roots, snapshots go to another store: whole, or as increments of whatever
 * went before, be it of the same root or of one that it was forked from. What arrives holds what
 * the model says, and so does everything that arrived before.
 */
@Timeout(300)
class TransferModelTest {

  private static final int MOVES = 60;
  private static final int MOST_KEPT = 8;

  @TempDir Path temporary;

  /** What a root that arrived should hold. */
  private record Arrived(UUID root, HeldFiles files) {}

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
    Map<UUID, HeldFiles> kept = model.keptSnapshots();
    if (kept.isEmpty()) {
      return;
    }
    List<UUID> all = new ArrayList<>(kept.keySet());
    UUID snapshot = all.get(random.nextInt(all.size()));
    List<UUID> known = all.stream().filter(arrived::containsKey).toList();
    Optional<UUID> since =
        known.isEmpty() || random.nextInt(3) == 0
            ? Optional.empty()
            : Optional.of(known.get(random.nextInt(known.size())));
    boolean isArchive = since.isEmpty() && random.nextBoolean();
    UUID root = received(model.store(), snapshot, since, isArchive, there, name);
    Arrived before = arrived.put(snapshot, new Arrived(root, kept.get(snapshot)));
    compare(model, there, arrived.get(snapshot), name);
    if (before != null) {
      there.subvolumes().destroy(before.root());
    }
  }

  private static UUID received(
      StoreDirectory here,
      UUID snapshot,
      Optional<UUID> since,
      boolean isArchive,
      StoreDirectory there,
      String name)
      throws Exception {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    Transfers from = here.transfers();
    if (isArchive) {
      from.backup(snapshot, Pace.unlimited(), Channels.newChannel(stream), done -> {});
    } else {
      from.send(snapshot, since, Pace.unlimited(), Channels.newChannel(stream), done -> {});
    }
    ReadableByteChannel in = Channels.newChannel(new ByteArrayInputStream(stream.toByteArray()));
    Restore.Wanted everything = new Restore.Wanted(List.of(), false);
    Transfers to = there.transfers();
    Transfers.Received received =
        isArchive ? to.restore(name, in, everything, done -> {}) : to.receive(name, in, done -> {});
    return received.subvolume().id();
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
    there.subvolumes().lock(one.root());
  }
}
