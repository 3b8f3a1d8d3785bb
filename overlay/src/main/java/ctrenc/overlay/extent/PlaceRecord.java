package ctrenc.overlay.extent;

import ctrenc.overlay.segment.SegmentPlace;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A record of the location map, readable without a key. Numbers are big-endian:
 *
 * <pre>
 * version (1) | segment file (4) | offset (8) | envelope length (4) | length (4) | checksum (4)
 * </pre>
 *
 * @param place of header and sealed bytes
 * @param length bytes of plaintext
 * @param checksum CRC32C of the sealed bytes, as in their header
 */
public record PlaceRecord(SegmentPlace place, int length, int checksum) {

  public static final byte VERSION = 1;

  /** In bytes, of the encoded record. */
  public static final int ENCODED_LENGTH =
      1 + Integer.BYTES + Long.BYTES + Integer.BYTES + Integer.BYTES + Integer.BYTES;

  public byte[] encode() {
    return ByteBuffer.allocate(ENCODED_LENGTH)
        .put(VERSION)
        .putInt(place.file())
        .putLong(place.offset())
        .putInt(place.length())
        .putInt(length)
        .putInt(checksum)
        .array();
  }

  /** Decodes a record; empty where {@link #decode} refuses it. */
  public static Optional<PlaceRecord> find(byte[] bytes) {
    try {
      return Optional.of(decode(bytes, ""));
    } catch (DamagedException | FormatTooNewException e) {
      return Optional.empty();
    }
  }

  /** Decodes a record; {@code where} names layer and extent in messages. */
  public static PlaceRecord decode(byte[] bytes, String where)
      throws DamagedException, FormatTooNewException {
    if (bytes.length < 1) {
      throw new DamagedException("The place of " + where + " is empty.");
    }
    ByteBuffer fields = ByteBuffer.wrap(bytes);
    int version = Byte.toUnsignedInt(fields.get());
    if (version > VERSION) {
      throw new FormatTooNewException(
          "The place of "
              + where
              + " has version "
              + version
              + ", which only a newer release knows.");
    }
    if (version != VERSION || bytes.length != ENCODED_LENGTH) {
      throw new DamagedException("The place of " + where + " is damaged.");
    }
    SegmentPlace place = new SegmentPlace(fields.getInt(), fields.getLong(), fields.getInt());
    return new PlaceRecord(place, fields.getInt(), fields.getInt());
  }
}
