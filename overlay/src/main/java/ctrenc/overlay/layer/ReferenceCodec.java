package ctrenc.overlay.layer;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.storage.DamagedException;
import java.nio.ByteBuffer;

/**
 * A run of a file's bytes, version 2; its end is in the key.
 *
 * <pre>
 * public:  extent (8), 0 for a hole; nothing in version 1
 * secret:  kind (1): 1 data, 2 hole | length (8) | extent (8) | from (4) | seal (16); the last three are zero for a hole
 * </pre>
 *
 * <p>The extent is public so that a file's ciphertext can be told from others' without a key; it
 * tells no more than what the ends of runs and the lengths of extents tell together.
 */
final class ReferenceCodec {

  static final int VERSION = 2;

  private static final int WITHOUT_PUBLIC_PART = 1;

  static final int SECRET_SIZE = 1 + Long.BYTES + Long.BYTES + Integer.BYTES + 2 * Long.BYTES;

  private static final int DATA = 1;
  private static final int HOLE = 2;

  private ReferenceCodec() {}

  /** How long the public part is in a version. */
  static int publicSize(int version) {
    return version == WITHOUT_PUBLIC_PART ? 0 : Long.BYTES;
  }

  static byte[] encodePublic(FileRun run) {
    long extent = run instanceof FileRun.Data(long offset, ExtentReference to) ? to.extent() : 0;
    return ByteBuffer.allocate(Long.BYTES).putLong(extent).array();
  }

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
