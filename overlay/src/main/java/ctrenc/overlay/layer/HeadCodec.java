package ctrenc.overlay.layer;

import ctrenc.overlay.storage.DamagedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The bytes of a HEAD that a layer remembers. Stateless.
 *
 * <pre>
 * HEAD    tag (16) | layers | nested
 * layers  number (4) | per layer: UUID (16) | state root (32)
 * nested  number (4) | per nested subvolume: owner (16) | 1 (1) | tag (16), or: owner (16) | 2 (1) | layers
 * </pre>
 *
 * <p>Of version 1 nothing is nested, and nothing stands there; version 2 has one at least. What
 * follows the tag is what the tag is a MAC over, besides the state of the layer itself.
 */
final class HeadCodec {

  static final int TAG_SIZE = 16;
  static final int NEWEST = 2;

  private static final int WITHOUT_NESTED = 1;
  private static final int ROOT_SIZE = 32;
  private static final int MOST_LAYERS = 1 << 16;
  private static final int MOST_NESTED = 1 << 20;
  private static final byte BY_TAG = 1;
  private static final byte BY_LAYERS = 2;

  private HeadCodec() {}

  static int version(List<NestedHead> nested) {
    return nested.isEmpty() ? WITHOUT_NESTED : NEWEST;
  }

  /** What is to hold together with the layer's own state. */
  static byte[] encode(Map<UUID, byte[]> lowers, List<NestedHead> nested) {
    FieldWriter out = new FieldWriter(Integer.BYTES);
    putLayers(out, lowers);
    if (!nested.isEmpty()) {
      out.putInt(nested.size());
      nested.forEach(one -> put(out, one));
    }
    return out.toBytes();
  }

  private static void put(FieldWriter out, NestedHead nested) {
    out.putId(nested.owner());
    if (nested.tag().isPresent()) {
      out.putByte(BY_TAG).putBytes(nested.tag().get());
    } else {
      putLayers(out.putByte(BY_LAYERS), nested.layers());
    }
  }

  private static void putLayers(FieldWriter out, Map<UUID, byte[]> layers) {
    out.putInt(layers.size());
    new TreeMap<>(layers).forEach((id, root) -> out.putId(id).putBytes(root));
  }

  static LayerHeads.Head decode(FieldReader in) throws DamagedException {
    byte[] tag = in.getBytes(TAG_SIZE);
    Map<UUID, byte[]> lowers = layers(in);
    List<NestedHead> nested = new ArrayList<>();
    if (in.remaining() > 0) {
      int count = count(in, MOST_NESTED);
      for (int i = 0; i < count; i++) {
        nested.add(nested(in));
      }
    }
    in.end();
    return new LayerHeads.Head(tag, lowers, List.copyOf(nested));
  }

  private static NestedHead nested(FieldReader in) throws DamagedException {
    UUID owner = in.getId();
    return switch (in.getByte()) {
      case BY_TAG -> NestedHead.of(owner, in.getBytes(TAG_SIZE));
      case BY_LAYERS -> NestedHead.frozen(owner, layers(in));
      default -> throw in.damaged("speaks of a nested subvolume in an unknown way");
    };
  }

  private static Map<UUID, byte[]> layers(FieldReader in) throws DamagedException {
    int count = count(in, MOST_LAYERS);
    Map<UUID, byte[]> layers = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      layers.put(in.getId(), in.getBytes(ROOT_SIZE));
    }
    return layers;
  }

  private static int count(FieldReader in, int most) throws DamagedException {
    int count = in.getInt();
    if (count < 0 || count > most) {
      throw in.damaged("has an impossible number of layers or nested subvolumes");
    }
    return count;
  }
}
