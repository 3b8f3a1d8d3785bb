package ctrenc.overlay.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The file {@code store} at the top of a state directory: who the store is, and what a release must
 * understand to open it. Fields after the {@link FormatPreamble}, of format "store":
 *
 * <pre>store id (16) | feature flags (8)</pre>
 *
 * @param id 16 random bytes; all 128 bits are random, so it has no UUID version
 * @param features a bit for each feature in use
 */
public record StoreHeader(UUID id, long features) {

  public static final String NAME = "store";
  public static final int VERSION = 1;

  public static final int ID_LENGTH = 16;
  private static final int FEATURES_LENGTH = 8;
  private static final int FIELDS_LENGTH = ID_LENGTH + FEATURES_LENGTH;

  /** In bytes, of the whole file. */
  public static final int LENGTH = FormatPreamble.length(FIELDS_LENGTH);

  /** Layers keep a hash over their records, which a release that does not know it would break. */
  public static final long STATE_ROOTS = 1;

  private static final long KNOWN_FEATURES = STATE_ROOTS;
  private static final FormatPreamble PREAMBLE = new FormatPreamble("store", VERSION, VERSION);

  /** Of a new store, with as many random bytes as an id has. */
  public static StoreHeader fresh(byte[] id) {
    ByteBuffer bytes = ByteBuffer.wrap(id);
    return new StoreHeader(new UUID(bytes.getLong(), bytes.getLong()), STATE_ROOTS);
  }

  /** Writes the header durably. */
  public void write(Storage storage) throws IOException {
    byte[] fields =
        ByteBuffer.allocate(FIELDS_LENGTH)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .putLong(features)
            .array();
    WholeFile.replace(storage, NAME, PREAMBLE.write(fields));
  }

  /**
   * Reads and checks the header.
   *
   * @throws FormatTooNewException if a newer release, or a feature unknown to this one, wrote the
   *     store
   * @throws java.nio.file.NoSuchFileException if the directory holds no store yet
   */
  public static StoreHeader read(Storage storage) throws IOException {
    byte[] bytes = WholeFile.read(storage, NAME, 2 * LENGTH);
    ByteBuffer fields = ByteBuffer.wrap(PREAMBLE.read(bytes, FIELDS_LENGTH, NAME));
    if (bytes.length != LENGTH) {
      throw new DamagedException("The file " + NAME + " is longer than its header.");
    }
    UUID id = new UUID(fields.getLong(), fields.getLong());
    long features = fields.getLong();
    if ((features & ~KNOWN_FEATURES) != 0) {
      throw new FormatTooNewException(
          "The store uses features that this release does not know (flags 0x"
              + Long.toHexString(features & ~KNOWN_FEATURES)
              + "). Use the release that wrote it.");
    }
    return new StoreHeader(id, features);
  }
}
