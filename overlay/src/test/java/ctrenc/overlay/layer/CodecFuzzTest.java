package ctrenc.overlay.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.storage.StoreException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Codecs against bytes that nobody wrote: they answer a record or a {@link StoreException},
 * whatever they are given, and a record that they answer can be written again.
 */
class CodecFuzzTest {

  private static final int ROUNDS = 20_000;

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  private interface Codec {
    void decodeAndEncode(byte[] bytes) throws IOException;
  }

  @Test
  void inodesSurviveAnyBytes() {
    byte[] host =
        InodeCodec.encode(
            TestLayers.record(
                FileMode.REGULAR | 0644,
                5,
                new InodeRecord.Body.Host(
                    new HostFileIdentity(1, new byte[] {'a'}, 2, 3, 4, Timestamp.EPOCH))));
    Codec codec =
        bytes -> {
          int type =
              bytes.length < 4 ? 0 : FileMode.direntType((bytes[2] << 8) | (bytes[3] & 0xff)) & 15;
          InodeRecord decoded = InodeCodec.decode(new FieldReader(bytes, "test"), type);
          assertThat(InodeCodec.encode(decoded)).isNotEmpty();
        };
    fuzz(codec, host);
    for (InodeRecord inode : UpperLayerContract.everyKindOfRecord()) {
      byte[] encoded = InodeCodec.encode(inode);
      fuzz(codec, encoded.length > 4096 ? Arrays.copyOf(encoded, 4096) : encoded);
    }
  }

  @Test
  void entriesSurviveAnyBytes() {
    fuzz(
        bytes -> {
          DirectoryEntry decoded =
              EntryCodec.decode(new FieldReader(bytes, "test"), Name.of("name"));
          assertThat(EntryCodec.encodePublic(decoded)).hasSize(EntryCodec.PUBLIC_SIZE);
        },
        EntryCodec.encodePublic(new DirectoryEntry.Child(Name.of("name"), 7, 8)));
    fuzz(
        bytes -> {
          Name name = EntryCodec.decodeSecret(new FieldReader(bytes, "test"));
          assertThat(name.length()).isPositive();
        },
        EntryCodec.encodeSecret(Name.of("a name")));
  }

  @Test
  void referencesSurviveAnyBytes() {
    fuzz(
        bytes -> {
          FileRun decoded = ReferenceCodec.decode(new FieldReader(bytes, "test"), 1 << 20);
          assertThat(decoded.end()).isEqualTo(1 << 20);
          assertThat(ReferenceCodec.encode(decoded)).hasSize(ReferenceCodec.SECRET_SIZE);
        },
        ReferenceCodec.encode(new FileRun.Data(0, new ExtentReference(1, 2, 3, 4, 5))));
  }

  @Test
  void plainValuesSurviveAnyBytes() {
    PlainForm form = new PlainForm();
    byte[] key = RecordKeys.inode(1, 2);
    fuzz(
        bytes ->
            assertThat(form.read(RecordType.INODE, key, bytes, 1, "test").length)
                .isEqualTo(bytes.length - RecordForm.HEADER_SIZE - 1),
        form.write(RecordType.INODE, key, 1, new byte[] {8}, new byte[20]));
  }

  @Test
  void zeroIsNoTypeAnywhere() {
    byte[] inode = InodeCodec.encode(TestLayers.file(0));
    assertThatThrownBy(() -> InodeCodec.decode(new FieldReader(inode, "test"), 0))
        .isInstanceOf(StoreException.class);
    byte[] zeros = new byte[200];
    assertThatThrownBy(() -> InodeCodec.decode(new FieldReader(zeros, "test"), 0))
        .isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> EntryCodec.decode(new FieldReader(zeros, "test"), Name.of("n")))
        .isInstanceOf(StoreException.class);
    byte[] reference = new byte[ReferenceCodec.SECRET_SIZE];
    assertThatThrownBy(() -> ReferenceCodec.decode(new FieldReader(reference, "test"), 1))
        .isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> new FieldReader(zeros, "test").version(1))
        .isInstanceOf(StoreException.class);
    Set<Byte> codes = new TreeSet<>();
    for (RecordType type : RecordType.values()) {
      assertThat(type.code()).isPositive();
      assertThat(codes.add(type.code())).isTrue();
    }
  }

  private void fuzz(Codec codec, byte[] sound) {
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = round % 4 == 0 ? randomBytes() : mutated(sound);
      try {
        codec.decodeAndEncode(bytes);
      } catch (StoreException refused) {
        assertThat(refused).hasMessageContaining("test");
      } catch (IOException | RuntimeException e) {
        throw new AssertionError("seed " + seed + " " + Arrays.toString(bytes), e);
      }
    }
  }

  private byte[] randomBytes() {
    byte[] bytes = new byte[random.nextInt(300)];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] mutated(byte[] sound) {
    byte[] bytes = sound;
    if (random.nextInt(4) == 0) {
      bytes = Arrays.copyOf(sound, random.nextInt(sound.length + 20));
    } else {
      bytes = sound.clone();
    }
    for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return bytes;
  }
}
