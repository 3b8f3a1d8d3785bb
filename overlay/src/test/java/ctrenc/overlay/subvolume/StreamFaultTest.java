package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.StoreException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams that are cut, changed, or put together anew are refused, and leave nothing. */
@Timeout(300)
class StreamFaultTest {

  private static final int HEADER = 40;

  @TempDir Path temporary;
  private StorePair pair;

  @BeforeEach
  void open() throws IOException {
    pair = new StorePair(temporary);
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  @Test
  void cutStreamsLeaveNothing() throws Exception {
    byte[] stream = pair.send(pair.freeze(pair.here().lockedRoot(), "sent"), Optional.empty());
    for (int length = 0; length < stream.length; length += 97) {
      byte[] cut = Arrays.copyOf(stream, length);
      assertThatThrownBy(() -> pair.receive("copy", cut)).isInstanceOf(DamagedException.class);
    }
    pair.assertNothingLeft();
  }

  @Test
  void changedStreamsLeaveNothing() throws Exception {
    byte[] stream = pair.send(pair.freeze(pair.here().lockedRoot(), "sent"), Optional.empty());
    long seed = new Random().nextLong();
    System.out.println("changed streams with seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      byte[] changed = stream.clone();
      int offset = i < HEADER ? i : random.nextInt(stream.length);
      changed[offset] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> pair.receive("copy", changed))
          .as("byte %d", offset)
          .isInstanceOfAny(StoreException.class, FormatTooNewException.class);
    }
    byte[] longer = Arrays.copyOf(stream, stream.length + 1);
    assertThatThrownBy(() -> pair.receive("copy", longer)).isInstanceOf(DamagedException.class);
    pair.assertNothingLeft();
  }

  @Test
  void reorderedRepeatedAndForeignFramesLeaveNothing() throws Exception {
    UUID root = pair.here().lockedRoot();
    UUID snapshot = pair.freeze(root, "sent");
    List<byte[]> frames = frames(pair.send(snapshot, Optional.empty()));
    List<byte[]> others = frames(pair.send(snapshot, Optional.empty()));
    for (int i = 1; i < frames.size() - 1; i++) {
      List<byte[]> swapped = new ArrayList<>(frames);
      swapped.set(i, frames.get(i + 1));
      swapped.set(i + 1, frames.get(i));
      refused(swapped);
      List<byte[]> repeated = new ArrayList<>(frames);
      repeated.add(i, frames.get(i));
      refused(repeated);
      List<byte[]> dropped = new ArrayList<>(frames);
      dropped.remove(i);
      refused(dropped);
      List<byte[]> foreign = new ArrayList<>(frames);
      foreign.set(i, others.get(i));
      refused(foreign);
    }
    pair.assertNothingLeft();
  }

  private void refused(List<byte[]> frames) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    frames.forEach(stream::writeBytes);
    assertThatThrownBy(() -> pair.receive("copy", stream.toByteArray()))
        .isInstanceOf(DamagedException.class);
  }

  /** The header, then each frame. */
  private static List<byte[]> frames(byte[] stream) {
    List<byte[]> frames = new ArrayList<>();
    frames.add(Arrays.copyOf(stream, HEADER));
    int offset = HEADER;
    while (offset < stream.length) {
      int length = 1 + 4 + ByteBuffer.wrap(stream).getInt(offset + 1) + 4;
      frames.add(Arrays.copyOfRange(stream, offset, offset + length));
      offset += length;
    }
    return frames;
  }
}
