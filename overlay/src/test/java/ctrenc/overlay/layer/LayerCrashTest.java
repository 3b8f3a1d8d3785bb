package ctrenc.overlay.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random work, then the power fails. Checked of what is found:
 *
 * <ul>
 *   <li>it is the state after some commit, whole, and not before the last sync;
 *   <li>what was synced reads as it was written; later bytes do too, or are missing, and are never
 *       others;
 *   <li>no inode number is given that a found record has;
 *   <li>the layer goes on from there.
 * </ul>
 *
 * <p>Inode 1 counts the commits, so that the found state tells which one it is.
 */
class LayerCrashTest {

  private static final int FILES = 4;
  private static final int SIZE = 300;
  private static final long COUNTER = 1;

  /** What the layer shows after one commit. */
  private record State(byte[][] contents, SortedMap<String, Long> entries) {
    State copy() {
      byte[][] copies = Arrays.stream(contents).map(byte[]::clone).toArray(byte[][]::new);
      return new State(copies, new TreeMap<>(entries));
    }
  }

  private MemoryMetaStore meta = new MemoryMetaStore();
  private MemoryExtentStore extents;
  private EncryptedLayer layer;
  private List<State> history = new ArrayList<>();
  private int synced;

  LayerCrashTest() throws IOException {
    extents = new MemoryExtentStore(meta, 1);
    layer = open();
    history.add(new State(new byte[FILES][SIZE], new TreeMap<>()));
  }

  private EncryptedLayer open() throws IOException {
    return TestLayers.encrypted(meta, extents, 1, 100);
  }

  @Test
  void survivesPowerLossAnywhere() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("LayerCrashTest seed " + seed);
    Random random = new Random(seed);
    for (int crash = 0; crash < 60; crash++) {
      int work = random.nextInt(25);
      for (int i = 0; i < work; i++) {
        step(random);
      }
      losePower(random);
      check("seed " + seed + " crash " + crash);
    }
  }

  /**
   * What is found may count the references of an extent whose bytes are lost, and would count them
   * for the next one that had its id.
   */
  @Test
  void powerLossGivesNoIdAgain() throws IOException {
    ExtentReference lost = layer.append(new byte[SIZE], 0, SIZE);
    losePower(new Random(1));
    assertThat(layer.append(new byte[SIZE], 0, SIZE).extent()).isNotEqualTo(lost.extent());
  }

  private void step(Random random) throws IOException {
    switch (random.nextInt(6)) {
      case 0 -> {
        layer.sync();
        synced = history.size() - 1;
      }
      case 1 -> {
        meta.flush();
        synced = history.size() - 1;
      }
      default -> change(random);
    }
  }

  private void change(Random random) throws IOException {
    State next = history.getLast().copy();
    try (LayerBatch batch = layer.batch()) {
      int file = random.nextInt(FILES);
      int offset = random.nextInt(SIZE - 1);
      byte[] bytes = new byte[1 + random.nextInt(SIZE - offset)];
      random.nextBytes(bytes);
      ExtentReference extent = layer.append(bytes, 0, bytes.length);
      batch.replace(10 + file, new FileRun.Data(offset, extent));
      System.arraycopy(bytes, 0, next.contents()[file], offset, bytes.length);
      String name = "name" + random.nextInt(8);
      if (next.entries().remove(name) != null) {
        batch.removeEntry(COUNTER, Name.of(name));
      } else {
        long inode = layer.allocateInode();
        batch.putInode(inode, TestLayers.file(0));
        batch.putEntry(COUNTER, new DirectoryEntry.Child(Name.of(name), inode, 8));
        next.entries().put(name, inode);
      }
      batch.putInode(COUNTER, TestLayers.file(history.size()));
      batch.commit();
    }
    history.add(next);
  }

  private void losePower(Random random) throws IOException {
    MemoryMetaStore found = meta.afterPowerLoss(random);
    extents = extents.afterPowerLoss(found);
    meta = found;
    layer = open();
  }

  private void check(String when) throws IOException {
    int reached = (int) layer.inode(COUNTER).map(InodeRecord::size).orElse(0L).longValue();
    assertThat(reached).as(when).isBetween(synced, history.size() - 1);
    State expected = history.get(reached);
    SortedMap<String, Long> entries = new TreeMap<>();
    layer.entries(
        COUNTER,
        entry -> {
          entries.put(entry.name().toString(), ((DirectoryEntry.Child) entry).inode());
          return true;
        });
    assertThat(entries).as(when).isEqualTo(expected.entries());
    for (long inode : entries.values()) {
      assertThat(layer.inode(inode)).as(when).isPresent();
    }
    long fresh = layer.allocateInode();
    assertThat(entries.values()).as(when).allSatisfy(inode -> assertThat(inode).isLessThan(fresh));
    for (int file = 0; file < FILES; file++) {
      checkContent(when, file, expected.contents()[file], reached == synced);
    }
    goOnFrom(reached, expected);
  }

  private void checkContent(String when, int file, byte[] expected, boolean mustBeThere)
      throws IOException {
    try {
      assertThat(TestLayers.read(layer, 10L + file, SIZE)).as(when).isEqualTo(expected);
    } catch (DamagedException missing) {
      assertThat(mustBeThere).as(when).isFalse();
    }
  }

  /** Bytes that were never synced may be gone for good: such files begin anew. */
  private void goOnFrom(int reached, State state) throws IOException {
    State next = state.copy();
    try (LayerBatch batch = layer.batch()) {
      if (reached != synced) {
        for (int file = 0; file < FILES; file++) {
          batch.truncate(10L + file, 0);
          Arrays.fill(next.contents()[file], (byte) 0);
        }
      }
      batch.putInode(COUNTER, TestLayers.file(0));
      batch.commit();
    }
    layer.sync();
    history = new ArrayList<>(List.of(next));
    synced = 0;
  }
}
