package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams in any disorder or with any bit changed, whose checksums were made to fit. */
@Timeout(300)
class ForgedFramesTest {

  @TempDir Path temporary;
  private StorePair pair;
  private byte[] stream;

  @BeforeEach
  void open() throws Exception {
    pair = new StorePair(temporary);
    stream = pair.send(pair.freeze(pair.here().lockedRoot(), "sent"), Optional.empty());
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  private UUID received(byte[] bytes) throws IOException {
    return pair.receive("copy", bytes).subvolume().id();
  }

  @Test
  void framesInAnyDisorderAreRefusedOrFoundOrHarmless() throws Exception {
    byte[] another = pair.send(pair.freeze(pair.here().variedRoot(), "sent"), Optional.empty());
    List<ForgedStream.Frame> foreign = new ForgedStream(another).frames();
    Map<Judged, Integer> seen = new EnumMap<>(Judged.class);
    for (int i = 0; i < new ForgedStream(stream).frames().size() - 1; i++) {
      int at = i;
      judge(seen, "swapped at " + i, frames -> Collections.swap(frames, at, at + 1));
      judge(seen, "repeated at " + i, frames -> frames.add(at, frames.get(at)));
      judge(seen, "dropped at " + i, frames -> frames.remove(at));
      judge(seen, "foreign at " + i, frames -> frames.set(at, foreign.get(at)));
    }
    assertThat(seen.keySet()).contains(Judged.REFUSED, Judged.SAME);
    pair.assertNothingLeft();
  }

  private void judge(
      Map<Judged, Integer> seen, String what, Consumer<List<ForgedStream.Frame>> change)
      throws Exception {
    ForgedStream changed = new ForgedStream(stream);
    change.accept(changed.frames());
    byte[] bytes = changed.counted().bytes();
    seen.merge(Judged.of(pair, () -> received(bytes), what), 1, Integer::sum);
  }

  @Test
  void anyChangedBitIsRefusedOrFoundOrHarmless() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("forged streams with seed " + seed);
    Random random = new Random(seed);
    Map<Judged, Integer> seen = new EnumMap<>(Judged.class);
    for (int i = 0; i < 150; i++) {
      ForgedStream changed = new ForgedStream(stream);
      List<ForgedStream.Frame> frames = changed.frames();
      ForgedStream.Frame frame = frames.get(random.nextInt(frames.size()));
      int at = random.nextInt(frame.payload().length);
      frame.payload()[at] ^= (byte) (1 << random.nextInt(8));
      if (frame.kind() == ForgedStream.EXTENT) {
        ForgedStream.mend(frame);
      }
      byte[] bytes = changed.bytes();
      String what = "byte %d of a frame %d, seed %d".formatted(at, frame.kind(), seed);
      seen.merge(Judged.of(pair, () -> received(bytes), what), 1, Integer::sum);
    }
    System.out.println("forged streams: " + seen);
    assertThat(seen.keySet()).contains(Judged.REFUSED, Judged.FOUND);
    pair.assertNothingLeft();
  }
}
