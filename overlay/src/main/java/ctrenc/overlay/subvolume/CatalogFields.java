package ctrenc.overlay.subvolume;

import static java.nio.charset.StandardCharsets.UTF_8;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.vfs.Timestamp;
import java.time.Instant;
import java.util.UUID;

/**
 * The fields that records of table CATALOG are made of: "text" is its length (4) and UTF-8 bytes.
 * Stateless.
 */
final class CatalogFields {

  private static final int TEXT_LIMIT = 1 << 16;

  private CatalogFields() {}

  static FieldReader open(byte[] value, String what)
      throws DamagedException, FormatTooNewException {
    FieldReader in = new FieldReader(value, "catalog record of " + what);
    in.version(CatalogCodec.VERSION);
    return in;
  }

  static UUID idOf(byte[] key) throws DamagedException {
    FieldReader in = new FieldReader(key, 1, "key of a catalog record");
    UUID id = in.getId();
    in.end();
    return id;
  }

  static int count(FieldReader in, int smallest) throws DamagedException {
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / smallest) {
      throw in.damaged("has an impossible count");
    }
    return count;
  }

  static void putText(FieldWriter out, String text) {
    out.putBlock(text.getBytes(UTF_8));
  }

  static String getText(FieldReader in) throws DamagedException {
    String text = new String(in.getBlock(TEXT_LIMIT), UTF_8);
    if (text.indexOf(0) >= 0) {
      throw in.damaged("has a text with a zero byte");
    }
    return text;
  }

  static FieldWriter putInstant(FieldWriter out, Instant instant) {
    return out.putLong(instant.getEpochSecond()).putInt(instant.getNano());
  }

  static Instant getInstant(FieldReader in) throws DamagedException {
    Timestamp time = in.getTime();
    if (Math.abs(time.seconds()) > Instant.MAX.getEpochSecond()) {
      throw in.damaged("has an impossible time");
    }
    return Instant.ofEpochSecond(time.seconds(), time.nanos());
  }
}
