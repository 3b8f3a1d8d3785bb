package ctrenc.overlay.layer;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.storage.DamagedException;

/**
 * A run of a file's bytes, version 1; its end is in the key, and nothing is public.
 *
 * <pre>
 * secret:  kind (1): 1 data, 2 hole | length (8) | extent (8) | from (4) | seal (16); the last three are zero for a hole
 * </pre>
 */
final class ReferenceCodec {

  static final int VERSION = 1;
  static final int SECRET_SIZE = 1 + Long.BYTES + Long.BYTES + Integer.BYTES + 2 * Long.BYTES;

  private static final int DATA = 1;
  private static final int HOLE = 2;

  private ReferenceCodec() {}

  static byte[] encode(FileRun run) {
    FieldWriter out = new FieldWriter(SECRET_SIZE);
    switch (run) {
      case FileRun.Data(long offset, ExtentReference reference) ->
          out.putByte(DATA)
              .putLong(reference.length())
              .putLong(reference.extent())
              .putInt(reference.from())
              .putLong(reference.sealHigh())
              .putLong(reference.sealLow());
      case FileRun.Hole(long offset, long length) ->
          out.putByte(HOLE).putLong(length).putZeros(SECRET_SIZE - 1 - Long.BYTES);
      case FileRun.Inline inline -> throw notARun(inline);
      case FileRun.HostFile hostFile -> throw notARun(hostFile);
    }
    return out.toBytes();
  }

  static FileRun decode(FieldReader in, long end) throws DamagedException {
    int kind = in.getByte();
    long length = in.getSize();
    long extent = in.getLong();
    int from = in.getInt();
    long sealHigh = in.getLong();
    long sealLow = in.getLong();
    in.end();
    long offset = end - length;
    if (length == 0 || end < 0 || offset < 0) {
      throw in.damaged("has an impossible range");
    }
    if (kind == HOLE) {
      return new FileRun.Hole(offset, length);
    }
    if (kind != DATA || from < 0 || length > ExtentStore.MAX_LENGTH - from) {
      throw in.damaged("is neither data of an extent nor a hole");
    }
    return new FileRun.Data(
        offset, new ExtentReference(extent, from, (int) length, sealHigh, sealLow));
  }

  private static IllegalArgumentException notARun(FileRun run) {
    return new IllegalArgumentException("no record holds a run of this kind: " + run);
  }
}
