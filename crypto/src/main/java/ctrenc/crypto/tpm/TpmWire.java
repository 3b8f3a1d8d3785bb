package ctrenc.crypto.tpm;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * Commands and answers as they pass to and from a TPM: all numbers big-endian. Not thread-safe.
 *
 * <pre>
 * command = tag (2) | length of all (4) | code (4) | handles | authorisation | parameters
 * answer  = tag (2) | length of all (4) | code (4), 0 for success | handle | parameters | authorisation
 * </pre>
 */
final class TpmWire {

  /** No authorisation follows. */
  static final short NO_SESSIONS = (short) 0x8001;

  /** The length of what authorises comes before it. */
  static final short SESSIONS = (short) 0x8002;

  /** Stands where there is nothing. */
  static final int NOTHING = 0x40000007;

  private static final int HEAD = Short.BYTES + 2 * Integer.BYTES;

  private final TpmChannel channel;

  TpmWire(TpmChannel channel) {
    this.channel = channel;
  }

  /**
   * What follows the head of the answer.
   *
   * @throws TpmException if the TPM refuses
   */
  ByteBuffer call(short tag, TpmCode code, byte[]... body) throws IOException {
    byte[] joined = join(body);
    byte[] answer =
        channel.exchange(
            ByteBuffer.allocate(HEAD + joined.length)
                .putShort(tag)
                .putInt(HEAD + joined.length)
                .putInt(code.code())
                .put(joined)
                .array());
    ByteBuffer fields = ByteBuffer.wrap(answer);
    try {
      short answered = fields.getShort();
      boolean isWhole = fields.getInt() == answer.length;
      int result = fields.getInt();
      if (result != 0) {
        throw TpmAnswers.refusal(code, result);
      }
      if (!isWhole || answered != tag) {
        throw new TpmException("gives an answer to " + code + " that is none");
      }
    } catch (BufferUnderflowException e) {
      throw new TpmException("gives an answer to " + code + " that is cut short", e);
    }
    return fields;
  }

  /** Has the TPM forget what it loaded. */
  void flush(int handle) throws IOException {
    call(NO_SESSIONS, TpmCode.FLUSH_CONTEXT, number(handle));
  }

  static byte[] number(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  /** Bytes with their length (2) before them. */
  static byte[] sized(byte[] bytes) {
    return ByteBuffer.allocate(Short.BYTES + bytes.length)
        .putShort((short) bytes.length)
        .put(bytes)
        .array();
  }

  /** The bytes that follow their length (2). */
  static byte[] takeSized(ByteBuffer fields) {
    int length = Short.toUnsignedInt(fields.getShort());
    if (length > fields.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    fields.get(bytes);
    return bytes;
  }

  static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer joined = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      joined.put(part);
    }
    return joined.array();
  }
}
