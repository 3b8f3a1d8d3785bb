package ctrenc.overlay.subvolume;

import static java.nio.charset.StandardCharsets.UTF_8;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.vfs.Timestamp;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The records of table CATALOG, version 1, big-endian. "text" is its length (4) and UTF-8 bytes,
 * "bytes" a length (4) and bytes.
 *
 * <pre>
 * key 1                        value: version (1) | first layer number that was never given (8)
 * key 2 | layer number (8)     value: version (1) | UUID (16) | kind (1) | state (1) | references (4) | trees (4), each text
 * key 3 | image UUID (16)      value: version (1) | name text | digest text | created (12) | files (8) | bytes (8)
 *                                     | layers (4), each number (8)
 * key 4 | subvolume UUID (16)  value: version (1) | name text | created (12) | base (1): 1 empty, 2 image | UUID (16),
 *                                     3 host tree | path text | throwaway (1) | doomed (1)
 *                                     | layers (4), top first, each number (8) | wrapped key bytes
 * </pre>
 */
final class CatalogCodec {

  static final int VERSION = 1;
  static final byte NEXT_LAYER = 1;
  static final byte LAYER = 2;
  static final byte IMAGE = 3;
  static final byte SUBVOLUME = 4;

  private static final int TEXT_LIMIT = 1 << 16;
  private static final int BYTES_LIMIT = 1 << 20;
  private static final int SMALLEST_TREE = Integer.BYTES;
  private static final int EMPTY = 1;
  private static final int ON_IMAGE = 2;
  private static final int ON_HOST_TREE = 3;

  private CatalogCodec() {}

  static byte[] nextLayerKey() {
    return new byte[] {NEXT_LAYER};
  }

  static byte[] layerKey(long number) {
    return new FieldWriter(1 + Long.BYTES).putByte(LAYER).putLong(number).toBytes();
  }

  static byte[] key(byte kind, UUID id) {
    return putId(new FieldWriter(1 + 2 * Long.BYTES).putByte(kind), id).toBytes();
  }

  static byte[] encodeNextLayer(long number) {
    return new FieldWriter(1 + Long.BYTES).putByte(VERSION).putLong(number).toBytes();
  }

  static long decodeNextLayer(byte[] value) throws DamagedException, FormatTooNewException {
    FieldReader in = open(value, "layer counter");
    long number = in.getSize();
    in.end();
    return number;
  }

  static byte[] encode(LayerRecord layer) {
    FieldWriter out = putId(new FieldWriter(64).putByte(VERSION), layer.id());
    out.putByte(layer.kind().code()).putByte(layer.state().code()).putInt(layer.references());
    out.putInt(layer.trees().size());
    layer.trees().forEach(tree -> putText(out, tree));
    return out.toBytes();
  }

  static LayerRecord decodeLayer(byte[] key, byte[] value)
      throws DamagedException, FormatTooNewException {
    FieldReader keyIn = new FieldReader(key, 1, "key of a layer in the catalog");
    long number = keyIn.getSize();
    keyIn.end();
    FieldReader in = open(value, "layer " + number);
    UUID id = getId(in);
    LayerRecord.Kind kind = kindOf(in);
    LayerRecord.State state = stateOf(in);
    int references = in.getInt();
    List<String> trees = new ArrayList<>();
    for (int left = count(in, SMALLEST_TREE); left > 0; left--) {
      trees.add(getText(in));
    }
    in.end();
    return new LayerRecord(number, id, kind, state, references, List.copyOf(trees));
  }

  static byte[] encode(ImageRecord image) {
    ImageInfo info = image.info();
    FieldWriter out = new FieldWriter(128).putByte(VERSION);
    putText(out, info.name());
    putText(out, info.digest());
    putInstant(out, info.created()).putLong(info.files()).putLong(info.bytes());
    out.putInt(image.layers().size());
    image.layers().forEach(out::putLong);
    return out.toBytes();
  }

  static ImageRecord decodeImage(byte[] key, byte[] value)
      throws DamagedException, FormatTooNewException {
    UUID id = idOf(key);
    FieldReader in = open(value, "image " + id);
    String name = getText(in);
    String digest = getText(in);
    Instant created = getInstant(in);
    long files = in.getSize();
    long bytes = in.getSize();
    List<Long> layers = new ArrayList<>();
    for (int left = count(in, Long.BYTES); left > 0; left--) {
      layers.add(in.getSize());
    }
    in.end();
    ImageInfo info = new ImageInfo(id, name, digest, created, files, bytes);
    return new ImageRecord(info, List.copyOf(layers));
  }

  static byte[] encode(SubvolumeRecord subvolume) {
    FieldWriter out = new FieldWriter(512).putByte(VERSION);
    putText(out, subvolume.name());
    putInstant(out, subvolume.created());
    switch (subvolume.base()) {
      case Base.Empty empty -> out.putByte(EMPTY);
      case Base.Image(UUID image) -> putId(out.putByte(ON_IMAGE), image);
      case Base.HostTree(Path directory) ->
          putText(out.putByte(ON_HOST_TREE), directory.toString());
    }
    out.putByte(subvolume.throwaway() ? 1 : 0).putByte(subvolume.doomed() ? 1 : 0);
    out.putInt(subvolume.stack().size());
    for (SubvolumeRecord.Level level : subvolume.stack()) {
      out.putLong(level.layer()).putBlock(level.wrappedKey());
    }
    return out.toBytes();
  }

  static SubvolumeRecord decodeSubvolume(byte[] key, byte[] value)
      throws DamagedException, FormatTooNewException {
    UUID id = idOf(key);
    FieldReader in = open(value, "subvolume " + id);
    String name = getText(in);
    Instant created = getInstant(in);
    Base base = getBase(in);
    boolean throwaway = in.getFlag();
    boolean doomed = in.getFlag();
    List<SubvolumeRecord.Level> stack = new ArrayList<>();
    for (int left = count(in, Long.BYTES + Integer.BYTES); left > 0; left--) {
      stack.add(new SubvolumeRecord.Level(in.getSize(), in.getBlock(BYTES_LIMIT)));
    }
    in.end();
    if (stack.isEmpty()) {
      throw in.damaged("has no layers");
    }
    return new SubvolumeRecord(id, name, base, created, throwaway, doomed, List.copyOf(stack));
  }

  private static Base getBase(FieldReader in) throws DamagedException {
    int kind = in.getByte();
    return switch (kind) {
      case EMPTY -> new Base.Empty();
      case ON_IMAGE -> new Base.Image(getId(in));
      case ON_HOST_TREE -> new Base.HostTree(getPath(in));
      default -> throw in.damaged("has an unknown base");
    };
  }

  private static Path getPath(FieldReader in) throws DamagedException {
    try {
      return Path.of(getText(in));
    } catch (InvalidPathException e) {
      throw in.damaged("names a path that this process's locale cannot express");
    }
  }

  private static LayerRecord.Kind kindOf(FieldReader in) throws DamagedException {
    int code = in.getByte();
    for (LayerRecord.Kind kind : LayerRecord.Kind.values()) {
      if (kind.code() == code) {
        return kind;
      }
    }
    throw in.damaged("has an unknown kind");
  }

  private static LayerRecord.State stateOf(FieldReader in) throws DamagedException {
    int code = in.getByte();
    for (LayerRecord.State state : LayerRecord.State.values()) {
      if (state.code() == code) {
        return state;
      }
    }
    throw in.damaged("has an unknown state");
  }

  private static FieldReader open(byte[] value, String what)
      throws DamagedException, FormatTooNewException {
    FieldReader in = new FieldReader(value, "catalog record of " + what);
    in.version(VERSION);
    return in;
  }

  private static UUID idOf(byte[] key) throws DamagedException {
    FieldReader in = new FieldReader(key, 1, "key of a catalog record");
    UUID id = getId(in);
    in.end();
    return id;
  }

  private static int count(FieldReader in, int smallest) throws DamagedException {
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / smallest) {
      throw in.damaged("has an impossible count");
    }
    return count;
  }

  private static FieldWriter putId(FieldWriter out, UUID id) {
    return out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
  }

  private static UUID getId(FieldReader in) throws DamagedException {
    return new UUID(in.getLong(), in.getLong());
  }

  private static void putText(FieldWriter out, String text) {
    out.putBlock(text.getBytes(UTF_8));
  }

  private static String getText(FieldReader in) throws DamagedException {
    String text = new String(in.getBlock(TEXT_LIMIT), UTF_8);
    if (text.indexOf(0) >= 0) {
      throw in.damaged("has a text with a zero byte");
    }
    return text;
  }

  private static FieldWriter putInstant(FieldWriter out, Instant instant) {
    return out.putLong(instant.getEpochSecond()).putInt(instant.getNano());
  }

  private static Instant getInstant(FieldReader in) throws DamagedException {
    Timestamp time = in.getTime();
    if (Math.abs(time.seconds()) > Instant.MAX.getEpochSecond()) {
      throw in.damaged("has an impossible time");
    }
    return Instant.ofEpochSecond(time.seconds(), time.nanos());
  }
}
