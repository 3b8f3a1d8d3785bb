package ctrenc.overlay.export;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A piece of a stream. Codes are part of the format; zero is never one.
 *
 * @param payload the piece's own fields
 * @param sealed CRC32C of the sealed bytes that an extent ends with; 0 of everything else
 */
record Frame(Kind kind, MemorySegment payload, int sealed) {

  enum Kind {
    /** What the stream is of. */
    ROOT(1),
    /** A layer begins: its UUID. */
    LAYER(2),
    /** Records of a layer. */
    RECORDS(3),
    /** An extent of a layer. */
    EXTENT(4),
    /** A layer ends. */
    END_OF_LAYER(5),
    /** The stream ends. */
    END(6),
    /** What is nested in the root. */
    NESTED(7),
    /** An earlier snapshot of the root, or of what is nested in it. */
    SNAPSHOT(8);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }

    byte code() {
      return code;
    }
  }

  /** The payload, to keep. */
  byte[] bytes() {
    return payload.toArray(ValueLayout.JAVA_BYTE);
  }
}
