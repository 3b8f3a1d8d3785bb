package ctrenc.overlay.layer;

import ctrenc.crypto.TagMismatchException;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.record.NameHasher;
import ctrenc.crypto.record.RecordSession;
import ctrenc.crypto.secret.SecretClosedException;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Records of an encrypted layer. A seal binds
 *
 * <pre>
 * layer UUID (16) | record type (1) | length of the logical key (2) | logical key | version (1) | session (4) | public part
 * </pre>
 *
 * <p>The logical key is the record's key without the layer's number, so that records may move to
 * another store and nowhere else.
 */
final class SealedForm implements RecordForm {

  private static final int UUID_SIZE = 2 * Long.BYTES;
  private static final int BOUND_FIXED_SIZE = UUID_SIZE + 1 + Short.BYTES;

  /** Small secret parts are padded to multiples of this ... */
  static final int SMALL_STEP = 64;

  /** ... up to here ... */
  static final int SMALL_TOP = 512;

  /** ... and larger ones to multiples of this. */
  static final int LARGE_STEP = 512;

  private final LayerKey key;
  private final NameHasher names;
  private final RecordSessions sessions;

  SealedForm(LayerKey key, RecordSessions sessions) {
    this.key = key;
    this.names = NameHasher.of(key);
    this.sessions = sessions;
  }

  @Override
  public byte[] token(long parent, Name name) throws KeyAbsentException {
    try {
      return names.token(parent, name.bytes());
    } catch (SecretClosedException e) {
      throw absent(e);
    }
  }

  @Override
  public Name name(byte[] recordKey, byte[] secret, String subject) throws IOException {
    if (recordKey.length != RecordKeys.TOKEN_OFFSET + NameHasher.TOKEN_LENGTH) {
      throw new DamagedException("The " + subject + " has a key of the wrong length.");
    }
    return EntryCodec.decodeSecret(new FieldReader(secret, subject));
  }

  @Override
  public byte[] entrySecret(Name name) {
    return EntryCodec.encodeSecret(name);
  }

  @Override
  public int paddedSize(int size) {
    int step = size <= SMALL_TOP ? SMALL_STEP : LARGE_STEP;
    return (size + step - 1) / step * step;
  }

  @Override
  public byte[] write(
      RecordType type, byte[] recordKey, int version, byte[] publicPart, byte[] secret)
      throws IOException {
    try {
      RecordSessions.Current current = sessions.current();
      int head = HEADER_SIZE + publicPart.length;
      byte[] value = new byte[head + secret.length + RecordSession.OVERHEAD];
      ByteBuffer.wrap(value).put((byte) version).putInt(current.number()).put(publicPart);
      current
          .session()
          .seal(bound(type, recordKey, value, head), secret, 0, secret.length, value, head);
      return value;
    } catch (SecretClosedException e) {
      throw absent(e);
    }
  }

  @Override
  public byte[] read(
      RecordType type, byte[] recordKey, byte[] value, int publicSize, String subject)
      throws IOException {
    int head = HEADER_SIZE + publicSize;
    if (value.length < head + RecordSession.OVERHEAD) {
      throw new DamagedException("The " + subject + " is shorter than its seal.");
    }
    int session = ByteBuffer.wrap(value).getInt(1);
    if (session == NOT_SEALED) {
      throw new DamagedException("The " + subject + " is not sealed.");
    }
    try {
      byte[] secret = new byte[value.length - head - RecordSession.OVERHEAD];
      sessions
          .find(session, subject)
          .open(bound(type, recordKey, value, head), value, head, value.length - head, secret, 0);
      return secret;
    } catch (TagMismatchException e) {
      throw new DamagedException("The " + subject + " is not what was sealed.", e);
    } catch (SecretClosedException e) {
      throw absent(e);
    }
  }

  @Override
  public void close() {
    sessions.close();
    names.close();
  }

  private byte[] bound(RecordType type, byte[] recordKey, byte[] value, int head) {
    UUID layer = key.layer();
    int logical = recordKey.length - RecordKeys.LAYER_SIZE;
    return ByteBuffer.allocate(BOUND_FIXED_SIZE + logical + head)
        .putLong(layer.getMostSignificantBits())
        .putLong(layer.getLeastSignificantBits())
        .put(type.code())
        .putShort((short) logical)
        .put(recordKey, RecordKeys.LAYER_SIZE, logical)
        .put(value, 0, head)
        .array();
  }

  private KeyAbsentException absent(SecretClosedException cause) {
    return new KeyAbsentException(
        "The key of layer " + key.layer() + " is not loaded; unlock its subvolume.", cause);
  }
}
