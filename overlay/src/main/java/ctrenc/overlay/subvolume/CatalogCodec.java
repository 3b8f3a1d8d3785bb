package ctrenc.overlay.subvolume;

import static ctrenc.overlay.subvolume.CatalogFields.count;
import static ctrenc.overlay.subvolume.CatalogFields.getInstant;
import static ctrenc.overlay.subvolume.CatalogFields.getText;
import static ctrenc.overlay.subvolume.CatalogFields.idOf;
import static ctrenc.overlay.subvolume.CatalogFields.open;
import static ctrenc.overlay.subvolume.CatalogFields.putInstant;
import static ctrenc.overlay.subvolume.CatalogFields.putText;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The records of table CATALOG, version 1, big-endian. "text" is its length (4) and UTF-8 bytes,
 * "bytes" a length (4) and bytes. Stacks are {@link StackCodec}'s, flattenings {@link
 * FlattenCodec}'s.
 *
 * <pre>
 * key 1                        value: version (1) | first layer number that was never given (8)
 * key 2 | layer number (8)     value: version (1) | UUID (16) | kind (1) | state (1) | references (4) | trees (4), each text
 * key 3 | image UUID (16)      value: version (1) | name text | digest text | created (12) | files (8) | bytes (8)
 *                                     | layers (4), each number (8)
 * </pre>
 */
final class CatalogCodec {

  static final int VERSION = 1;

  /** Of a layer of which a part is here: an earlier release would take it for the whole. */
  private static final int PART_OF_LAYER = 2;

  static final byte NEXT_LAYER = 1;
  static final byte LAYER = 2;
  static final byte IMAGE = 3;
  static final byte SUBVOLUME = 4;
  static final byte SNAPSHOT = 5;
  static final byte FLATTEN = 6;

  private static final int SMALLEST_TREE = Integer.BYTES;

  private CatalogCodec() {}

  static byte[] nextLayerKey() {
    return new byte[] {NEXT_LAYER};
  }

  static byte[] layerKey(long number) {
    return new FieldWriter(1 + Long.BYTES).putByte(LAYER).putLong(number).toBytes();
  }

  static byte[] key(byte kind, UUID id) {
    return new FieldWriter(1 + 2 * Long.BYTES).putByte(kind).putId(id).toBytes();
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
    int version = layer.part() ? PART_OF_LAYER : VERSION;
    FieldWriter out = new FieldWriter(64).putByte(version).putId(layer.id());
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
    FieldReader in = new FieldReader(value, "catalog record of layer " + number);
    boolean isPart = in.version(PART_OF_LAYER) == PART_OF_LAYER;
    UUID id = in.getId();
    LayerRecord.Kind kind = kindOf(in);
    LayerRecord.State state = stateOf(in);
    int references = in.getInt();
    List<String> trees = new ArrayList<>();
    for (int left = count(in, SMALLEST_TREE); left > 0; left--) {
      trees.add(getText(in));
    }
    in.end();
    if (isPart && kind != LayerRecord.Kind.ENCRYPTED) {
      throw in.damaged("is a part of something that has none");
    }
    return new LayerRecord(number, id, kind, state, references, List.copyOf(trees), isPart);
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
}
