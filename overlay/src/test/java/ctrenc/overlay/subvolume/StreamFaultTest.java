package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
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
      int offset = i < StreamFrames.HEADER ? i : random.nextInt(stream.length);
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
    byte[] stream = pair.send(snapshot, Optional.empty());
    byte[] another = pair.send(snapshot, Optional.empty());
    for (byte[] disordered : StreamFrames.disordered(stream, another)) {
      assertThatThrownBy(() -> pair.receive("copy", disordered))
          .isInstanceOf(DamagedException.class);
    }
    pair.assertNothingLeft();
  }
}
