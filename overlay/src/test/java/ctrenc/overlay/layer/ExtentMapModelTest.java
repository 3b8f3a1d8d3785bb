package ctrenc.overlay.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.meta.MemoryMetaStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random batches of replace and truncate against an array of bytes. Checked after every commit:
 *
 * <ul>
 *   <li>what the runs say is what the array says, also after the layer was opened again;
 *   <li>runs are in order and do not overlap;
 *   <li>an extent has as many references as runs point at it, and bytes only while it has some.
 * </ul>
 */
final class ExtentMapModelTest {

  private static final int SIZE = 4000;
  private static final int FILES = 3;

  private final MemoryMetaStore meta = new MemoryMetaStore();
  private final MemoryExtentStore extents;
  private final byte[][] model = new byte[FILES + 1][SIZE];
  private final List<ExtentReference> known = new ArrayList<>();
  private final Map<Long, byte[]> contents = new HashMap<>();
  private EncryptedLayer layer;

  ExtentMapModelTest() throws IOException {
    extents = new MemoryExtentStore(meta, 7);
    layer = TestLayers.encrypted(meta, extents, 7, 100);
  }

  @Test
  void followsTheModel() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("ExtentMapModelTest seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 400; round++) {
      change(random);
      if (random.nextInt(20) == 0) {
        layer = TestLayers.encrypted(meta, extents, 7, 100);
      }
      check("seed " + seed + " round " + round);
    }
  }

  @Test
  void followsTheModelWithMoreRunsThanAreCached() throws IOException {
    try (LayerBatch batch = layer.batch()) {
      for (int at = 0; at < SIZE; at += 2) {
        ExtentReference reference = append(new Random(at), 1);
        batch.replace(1, new FileRun.Data(at, reference));
        model[1][at] = extentByte(reference, 0);
      }
      batch.commit();
    }
    check("many runs");
    try (LayerBatch batch = layer.batch()) {
      batch.replace(1, new FileRun.Hole(101, 2000));
      batch.truncate(1, 3001);
      batch.commit();
    }
    Arrays.fill(model[1], 101, 2101, (byte) 0);
    Arrays.fill(model[1], 3001, SIZE, (byte) 0);
    check("fewer runs");
  }

  private void change(Random random) throws IOException {
    byte[][] next = Arrays.stream(model).map(byte[]::clone).toArray(byte[][]::new);
    boolean commits = random.nextInt(5) != 0;
    try (LayerBatch batch = layer.batch()) {
      int steps = 1 + random.nextInt(6);
      for (int step = 0; step < steps; step++) {
        int file = 1 + random.nextInt(FILES);
        step(random, batch, file, next[file]);
      }
      if (commits) {
        batch.commit();
        System.arraycopy(next, 0, model, 0, next.length);
      }
    }
    known.removeIf(reference -> !isAlive(reference));
  }

  private void step(Random random, LayerBatch batch, int file, byte[] content) throws IOException {
    int offset = random.nextInt(SIZE);
    int length = 1 + random.nextInt(SIZE - offset);
    int kind = random.nextInt(10);
    if (kind == 0) {
      batch.truncate(file, offset);
      Arrays.fill(content, offset, SIZE, (byte) 0);
    } else if (kind < 3) {
      batch.replace(file, new FileRun.Hole(offset, length));
      Arrays.fill(content, offset, offset + length, (byte) 0);
    } else {
      ExtentReference reference = chooseExtent(random, length);
      batch.replace(file, new FileRun.Data(offset, reference));
      for (int i = 0; i < reference.length(); i++) {
        content[offset + i] = extentByte(reference, i);
      }
    }
  }

  /** A fresh extent, or part of one that some file has. */
  private ExtentReference chooseExtent(Random random, int length) throws IOException {
    if (!known.isEmpty() && random.nextInt(3) == 0) {
      ExtentReference whole = known.get(random.nextInt(known.size()));
      int size = 1 + random.nextInt(Math.min(whole.length(), length));
      return whole.part(random.nextInt(whole.length() - size + 1), size);
    }
    return append(random, length);
  }

  private ExtentReference append(Random random, int length) throws IOException {
    byte[] plain = new byte[length + 2];
    random.nextBytes(plain);
    ExtentReference reference = layer.append(plain, 1, length);
    contents.put(reference.extent(), Arrays.copyOfRange(plain, 1, 1 + length));
    known.add(reference);
    return reference;
  }

  private byte extentByte(ExtentReference reference, int index) {
    return contents.getOrDefault(reference.extent(), new byte[0])[reference.from() + index];
  }

  private boolean isAlive(ExtentReference reference) {
    try {
      return extents.references(reference.extent()) > 0;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void check(String when) throws IOException {
    Map<Long, Long> references = new HashMap<>();
    for (int file = 1; file <= FILES; file++) {
      assertThat(TestLayers.read(layer, file, SIZE)).as(when).isEqualTo(model[file]);
      long end = 0;
      Optional<FileRun> run = layer.run(file, 0);
      while (run.isPresent()) {
        assertThat(run.get().offset()).as(when).isGreaterThanOrEqualTo(end);
        if (run.get() instanceof FileRun.Data(long offset, ExtentReference reference)) {
          references.merge(reference.extent(), 1L, Long::sum);
        }
        end = run.get().end();
        run = layer.run(file, end);
      }
    }
    for (Map.Entry<Long, Integer> extent : extents.lengths().entrySet()) {
      long expected = references.getOrDefault(extent.getKey(), 0L);
      assertThat(extents.references(extent.getKey())).as(when).isEqualTo(expected);
    }
  }
}
