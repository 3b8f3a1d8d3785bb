package ctrenc.overlay.layer;

import ctrenc.crypto.record.StateHash;
import ctrenc.overlay.meta.Table;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What of a sealed record goes into the hash over all of its layer. The tag of a seal stands for
 * all that was sealed and bound: no key holder makes two records with one tag, and nobody else
 * makes any.
 *
 * <pre>
 * key   = record type (1) | logical key          value = version (1) | session (4) | tag (16)
 * </pre>
 */
final class StateElement {

  private static final int TAG_SIZE = 16;
  private static final int STAMP_SIZE = RecordForm.HEADER_SIZE + TAG_SIZE;

  private StateElement() {}

  /**
   * The type of a record in a table, by its key; empty for what the hash leaves out: the state of
   * extents, which changes without the key, salts, which prove themselves by what they open, and
   * the hash itself.
   */
  static Optional<RecordType> type(Table table, byte[] key) {
    return switch (table) {
      case INODE -> Optional.of(RecordType.INODE);
      case ENTRY -> Optional.of(RecordType.ENTRY);
      case REFERENCE -> Optional.of(RecordType.REFERENCE);
      case ORPHAN -> Optional.of(RecordType.ORPHAN);
      case LAYER -> ofLayer(key);
      case CATALOG, PLACE, SHARE, JOURNAL ->
          throw new IllegalArgumentException("not a table of sealed records: " + table);
    };
  }

  private static Optional<RecordType> ofLayer(byte[] key) {
    return Stream.of(RecordType.CEILING, RecordType.HEAD, RecordType.HEAD_RULE, RecordType.MERGED)
        .filter(type -> key.length > RecordKeys.LAYER_SIZE)
        .filter(type -> key[RecordKeys.LAYER_SIZE] == type.code())
        .findFirst();
  }

  /** What a stored record adds to the hash. */
  static byte[] of(StateHash hash, RecordType type, byte[] recordKey, byte[] value) {
    int logical = recordKey.length - RecordKeys.LAYER_SIZE;
    byte[] key =
        ByteBuffer.allocate(1 + logical)
            .put(type.code())
            .put(recordKey, RecordKeys.LAYER_SIZE, logical)
            .array();
    return hash.element(key, stamp(value));
  }

  /** A value too short to be sealed stands for itself. */
  static byte[] stamp(byte[] value) {
    if (value.length < STAMP_SIZE) {
      return value;
    }
    byte[] stamp = Arrays.copyOf(value, STAMP_SIZE);
    System.arraycopy(value, value.length - TAG_SIZE, stamp, RecordForm.HEADER_SIZE, TAG_SIZE);
    return stamp;
  }
}
