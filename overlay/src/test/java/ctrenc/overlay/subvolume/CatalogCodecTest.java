package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.storage.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Catalog records are what was written, and bytes that nobody wrote are refused as such. */
class CatalogCodecTest {

  private static final int ROUNDS = 20_000;
  private static final UUID ID = new UUID(1, 2);
  private static final Instant CREATED = Instant.ofEpochSecond(1_700_000_000, 123_456_789);

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  private interface Codec {
    void decodeAndEncode(byte[] bytes) throws IOException;
  }

  @Test
  void recordsAreWhatWasWritten() throws IOException {
    LayerRecord layer = layer();
    byte[] layerKey = CatalogCodec.layerKey(layer.number());
    assertThat(CatalogCodec.decodeLayer(layerKey, CatalogCodec.encode(layer))).isEqualTo(layer);
    ImageRecord image = image();
    byte[] imageKey = CatalogCodec.key(CatalogCodec.IMAGE, ID);
    assertThat(CatalogCodec.decodeImage(imageKey, CatalogCodec.encode(image))).isEqualTo(image);
    byte[] subvolumeKey = CatalogCodec.key(CatalogCodec.SUBVOLUME, ID);
    for (Base base :
        List.of(new Base.Empty(), new Base.Image(ID), new Base.HostTree(Path.of("/x")))) {
      SubvolumeRecord subvolume = subvolume(base);
      SubvolumeRecord found =
          StackCodec.decodeSubvolume(subvolumeKey, StackCodec.encode(subvolume));
      assertThat(found).usingRecursiveComparison().isEqualTo(subvolume);
    }
  }

  @Test
  void anyBytesAreARecordOrRefused() {
    byte[] key = CatalogCodec.key(CatalogCodec.IMAGE, ID);
    byte[] layerKey = CatalogCodec.layerKey(7);
    fuzz(bytes -> CatalogCodec.decodeLayer(layerKey, bytes), CatalogCodec.encode(layer()));
    fuzz(bytes -> CatalogCodec.decodeLayer(layerKey, bytes), CatalogCodec.encode(part()));
    fuzz(bytes -> CatalogCodec.decodeImage(key, bytes), CatalogCodec.encode(image()));
    byte[] onHost = StackCodec.encode(subvolume(new Base.HostTree(Path.of("/tree"))));
    fuzz(bytes -> StackCodec.decodeSubvolume(key, bytes), onHost);
    fuzz(CatalogCodec::decodeNextLayer, CatalogCodec.encodeNextLayer(5));
    fuzz(bytes -> CatalogCodec.decodeLayer(bytes, CatalogCodec.encode(layer())), layerKey);
    fuzz(bytes -> CatalogCodec.decodeImage(bytes, CatalogCodec.encode(image())), key);
  }

  private static LayerRecord layer() {
    return new LayerRecord(
        7, ID, LayerRecord.Kind.IMAGE_TREES, LayerRecord.State.LIVE, 3, List.of("one", "zwölf"));
  }

  private static LayerRecord part() {
    return new LayerRecord(
        7, ID, LayerRecord.Kind.ENCRYPTED, LayerRecord.State.LIVE, 2, List.of(), true);
  }

  private static ImageRecord image() {
    return new ImageRecord(new ImageInfo(ID, "name", "sha256:1", CREATED, 5, 6), List.of(7L, 8L));
  }

  private static SubvolumeRecord subvolume(Base base) {
    SubvolumeRecord.Level upper = new SubvolumeRecord.Level(9, new byte[138]);
    SubvolumeRecord.Level lower = new SubvolumeRecord.Level(8, new byte[0]);
    return new SubvolumeRecord(ID, "name", base, CREATED, true, false, List.of(upper, lower));
  }

  private void fuzz(Codec codec, byte[] sound) {
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = Arrays.copyOf(sound, random.nextInt(sound.length + 10));
      for (int i = random.nextInt(5); i > 0 && bytes.length > 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        codec.decodeAndEncode(bytes);
      } catch (StoreException refused) {
        assertThat(refused).hasMessageContaining("catalog");
      } catch (IOException | RuntimeException e) {
        throw new AssertionError("seed " + seed + " " + Arrays.toString(bytes), e);
      }
    }
  }
}
