package ctrenc.overlay.export;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.segment.EnvelopeHeader;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The checksum of two parts follows from theirs. */
class JoinedChecksumTest {

  @Test
  void isThatOfAllBytes() {
    long seed = new Random().nextLong();
    System.out.println("checksums with seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      byte[] bytes = new byte[random.nextInt(5000)];
      random.nextBytes(bytes);
      int cut = random.nextInt(bytes.length + 1);
      int first = EnvelopeHeader.checksumOf(bytes, 0, cut);
      int second = EnvelopeHeader.checksumOf(bytes, cut, bytes.length - cut);
      assertThat(JoinedChecksum.of(first, second, bytes.length - cut))
          .as("seed %d, turn %d", seed, i)
          .isEqualTo(EnvelopeHeader.checksumOf(bytes, 0, bytes.length));
    }
  }
}
