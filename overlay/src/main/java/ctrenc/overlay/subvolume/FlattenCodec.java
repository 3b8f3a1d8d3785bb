package ctrenc.overlay.subvolume;

import static ctrenc.overlay.subvolume.CatalogFields.count;
import static ctrenc.overlay.subvolume.CatalogFields.idOf;
import static ctrenc.overlay.subvolume.CatalogFields.open;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The records of flattenings in table CATALOG, in the terms of {@link CatalogCodec}.
 *
 * <pre>
 * key 6 | subvolume UUID (16)  value: version (1) | target layer number (8) | wrapped key bytes | with base (1) | paused (1)
 *                                     | layers (4), top first, each number (8)
 * </pre>
 */
final class FlattenCodec {

  private static final int BYTES_LIMIT = 1 << 20;

  private FlattenCodec() {}

  static byte[] encode(FlattenRecord flatten) {
    FieldWriter out = new FieldWriter(256).putByte(CatalogCodec.VERSION);
    out.putLong(flatten.target().layer()).putBlock(flatten.target().wrappedKey());
    out.putByte(flatten.withBase() ? 1 : 0).putByte(flatten.paused() ? 1 : 0);
    out.putInt(flatten.merged().size());
    flatten.merged().forEach(out::putLong);
    return out.toBytes();
  }

  static FlattenRecord decode(byte[] key, byte[] value)
      throws DamagedException, FormatTooNewException {
    UUID id = idOf(key);
    FieldReader in = open(value, "flattening of subvolume " + id);
    SubvolumeRecord.Level target =
        new SubvolumeRecord.Level(in.getSize(), in.getBlock(BYTES_LIMIT));
    boolean withBase = in.getFlag();
    boolean paused = in.getFlag();
    List<Long> merged = new ArrayList<>();
    for (int left = count(in, Long.BYTES); left > 0; left--) {
      merged.add(in.getSize());
    }
    in.end();
    return new FlattenRecord(id, target, List.copyOf(merged), withBase, paused);
  }
}
