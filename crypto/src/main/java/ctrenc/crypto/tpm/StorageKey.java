package ctrenc.crypto.tpm;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * The key under which a TPM seals, of the storage hierarchy: a TPM makes the same one of the same
 * template again, until it is cleared, and no other TPM makes it. It is loaded until it is closed.
 * Not thread-safe.
 *
 * <p>The template is fixed for ever: a P-256 key that encrypts children with AES-128-CFB,
 * restricted, bound to this TPM, not under protection from guessing, without password or policy.
 */
final class StorageKey implements AutoCloseable {

  static final short SHA256 = 0x000B;
  static final short NONE = 0x0010;
  static final short AES = 0x0006;
  static final short CFB = 0x0043;
  static final short AES_BITS = 128;

  /** Bytes of a coordinate. */
  static final int COORDINATE = 32;

  private static final int STORAGE_HIERARCHY = 0x40000001;
  private static final int EMPTY_PASSWORD = 0x40000009;
  private static final short ECC = 0x0023;
  private static final short P256 = 0x0003;

  /** fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, noDA, restricted, decrypt. */
  private static final int ATTRIBUTES = 0x00030472;

  private static final byte[] TEMPLATE =
      ByteBuffer.allocate(26)
          .putShort(ECC)
          .putShort(SHA256)
          .putInt(ATTRIBUTES)
          .putShort((short) 0) // No policy.
          .putShort(AES)
          .putShort(AES_BITS)
          .putShort(CFB)
          .putShort(NONE) // No scheme: it encrypts its children, and signs nothing.
          .putShort(P256)
          .putShort(NONE) // No derivation.
          .putInt(0) // Two empty coordinates.
          .array();

  private static final int BEFORE_COORDINATES = TEMPLATE.length - 2 * Short.BYTES;

  /** An empty password and no data of the caller's, with their lengths and that of both. */
  private static final byte[] NO_SENSITIVE = {0, 4, 0, 0, 0, 0};

  private final TpmWire wire;
  private final int handle;
  private final byte[] name;
  private final byte[] x;
  private final byte[] y;

  private StorageKey(TpmWire wire, int handle, byte[] publicArea) throws TpmException {
    this.wire = wire;
    this.handle = handle;
    this.name = TpmDerivation.name(publicArea);
    ByteBuffer fields = ByteBuffer.wrap(publicArea);
    boolean isAsked =
        publicArea.length > BEFORE_COORDINATES
            && fields
                .slice(0, BEFORE_COORDINATES)
                .equals(ByteBuffer.wrap(TEMPLATE, 0, BEFORE_COORDINATES));
    if (!isAsked) {
      throw new TpmException("makes another storage key than it was asked for");
    }
    fields.position(BEFORE_COORDINATES);
    this.x = TpmWire.takeSized(fields);
    this.y = TpmWire.takeSized(fields);
  }

  static StorageKey load(TpmWire wire) throws IOException {
    byte[] authorisation = ByteBuffer.allocate(9).putInt(EMPTY_PASSWORD).put(new byte[5]).array();
    ByteBuffer made =
        wire.call(
            TpmWire.SESSIONS,
            TpmCode.CREATE_PRIMARY,
            TpmWire.number(STORAGE_HIERARCHY),
            TpmWire.number(authorisation.length),
            authorisation,
            NO_SENSITIVE,
            TpmWire.sized(TEMPLATE),
            new byte[Short.BYTES], // Nothing of the caller's in the record of its making.
            new byte[Integer.BYTES]); // Nor the state of any PCR.
    try {
      int handle = made.getInt();
      made.getInt(); // The length of the parameters, of which the public area is the first.
      return new StorageKey(wire, handle, TpmWire.takeSized(made));
    } catch (BufferUnderflowException e) {
      throw new TpmException("makes a storage key that is cut short", e);
    }
  }

  int handle() {
    return handle;
  }

  /** Tells this key from those of other TPMs, and of this one before it was cleared. */
  byte[] name() {
    return name.clone();
  }

  /** The first coordinate of its public point. */
  byte[] x() {
    return x.clone();
  }

  byte[] y() {
    return y.clone();
  }

  @Override
  public void close() throws IOException {
    wire.flush(handle);
  }
}
