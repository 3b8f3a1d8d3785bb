package ctrenc.overlay.layer;

import ctrenc.overlay.vfs.Name;
import java.io.IOException;

/**
 * How the records of a layer look in the store: plain, or sealed under the layer's key. Every value
 * is
 *
 * <pre>
 * version (1) | session (4) | public part | body
 * </pre>
 *
 * <p>where the body is the secret part as it is (session 0), or sealed in the named session.
 * Thread-safe.
 */
interface RecordForm extends AutoCloseable {

  int SESSION_SIZE = Integer.BYTES;
  int HEADER_SIZE = 1 + SESSION_SIZE;

  /** The session number of records that are not sealed. */
  int NOT_SEALED = 0;

  /** What names an entry in its key. */
  byte[] token(long parent, Name name) throws IOException;

  /** A name from the key of its entry, or from the entry's secret part. */
  Name name(byte[] key, byte[] secret, String subject) throws IOException;

  /** The secret part of an entry. */
  byte[] entrySecret(Name name);

  /** The size to which the secret part of an inode is padded. */
  int paddedSize(int size);

  /**
   * Makes a value.
   *
   * @param key the record's key, which begins with the layer's number
   */
  byte[] write(RecordType type, byte[] key, int version, byte[] publicPart, byte[] secret)
      throws IOException;

  /** Opens a value's secret part; {@code publicSize} says where it begins behind the header. */
  byte[] read(RecordType type, byte[] key, byte[] value, int publicSize, String subject)
      throws IOException;

  @Override
  void close();
}
