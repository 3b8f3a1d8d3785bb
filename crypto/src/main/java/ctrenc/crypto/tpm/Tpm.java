package ctrenc.crypto.tpm;

import ctrenc.crypto.MalformedException;
import ctrenc.crypto.UnsupportedVersionException;
import ctrenc.crypto.WrongKeyException;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.crypto.tpm.TpmSession.Encrypted;
import ctrenc.crypto.tpm.TpmSession.Subject;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Seals small secrets so that this TPM alone opens them: under its storage key, with neither
 * password nor policy, by a session in which no secret passes in clear. It keeps nothing in the
 * TPM. Not thread-safe.
 */
public final class Tpm {

  /** The longest secret that every TPM seals. */
  public static final int MAX_SECRET = 128;

  private static final short KEYED_HASH = 0x0008;

  /** fixedTPM, fixedParent, userWithAuth, noDA: nobody guesses at a password that is empty. */
  private static final int ATTRIBUTES = 0x00000452;

  private static final byte[] TEMPLATE =
      ByteBuffer.allocate(14)
          .putShort(KEYED_HASH)
          .putShort(StorageKey.SHA256)
          .putInt(ATTRIBUTES)
          .putShort((short) 0) // No policy.
          .putShort(StorageKey.NONE)
          .putShort((short) 0) // Nothing of its own that tells it apart.
          .array();

  private final TpmWire wire;
  private final SecretMemory memory;
  private final Entropy entropy;

  public Tpm(TpmChannel channel, SecretMemory memory, Entropy entropy) {
    this.wire = new TpmWire(channel);
    this.memory = memory;
    this.entropy = entropy;
  }

  /**
   * What brings {@code secret} back, by {@link #unseal}; it is public.
   *
   * @throws TpmException if the TPM refuses
   */
  public byte[] seal(Secret secret) throws IOException {
    if (secret.length() > MAX_SECRET) {
      throw new IllegalArgumentException("a TPM seals at most " + MAX_SECRET + " bytes: " + secret);
    }
    try (StorageKey storage = StorageKey.load(wire);
        TpmSession session = TpmSession.start(wire, storage, memory, entropy)) {
      ByteBuffer made =
          session.call(
              TpmCode.CREATE,
              subject(storage),
              Encrypted.COMMAND,
              false,
              secret.use(RawKeyAccess.grant(), Tpm::creation));
      made.getInt(); // The length of the parameters.
      byte[] privateArea = TpmWire.takeSized(made);
      return new SealedSecret(storage.name(), TpmWire.takeSized(made), privateArea).encode();
    } catch (BufferUnderflowException e) {
      throw new TpmException("seals something that is cut short", e);
    }
  }

  private static Subject subject(StorageKey storage) {
    return new Subject(storage.handle(), storage.name());
  }

  /** The parameters of a new object; the secret is in the first, which the session encrypts. */
  private static byte[] creation(byte[] secret) {
    int sensitive = 2 * Short.BYTES + secret.length;
    return ByteBuffer.allocate(
            Short.BYTES + sensitive + Short.BYTES + TEMPLATE.length + Short.BYTES + Integer.BYTES)
        .putShort((short) sensitive)
        .putShort((short) 0) // No password.
        .putShort((short) secret.length)
        .put(secret)
        .putShort((short) TEMPLATE.length)
        .put(TEMPLATE)
        .putShort((short) 0) // Nothing of the caller's in the record of its making.
        .putInt(0) // Nor the state of any PCR.
        .array();
  }

  /**
   * The secret; the caller closes it.
   *
   * @throws WrongKeyException if another TPM sealed it, or this one before it was cleared
   * @throws MalformedException if it is damaged
   * @throws TpmException if the TPM refuses, a private part that was damaged too
   */
  public Secret unseal(byte[] stored)
      throws IOException, WrongKeyException, MalformedException, UnsupportedVersionException {
    SealedSecret sealed = SealedSecret.decode(stored);
    try (StorageKey storage = StorageKey.load(wire)) {
      if (!Arrays.equals(storage.name(), sealed.storageKey())) {
        throw new WrongKeyException("another TPM sealed it, or this one before it was cleared");
      }
      try (TpmSession session = TpmSession.start(wire, storage, memory, entropy)) {
        return unseal(sealed, subject(storage), session);
      }
    } catch (BufferUnderflowException e) {
      throw new TpmException("unseals something that is cut short", e);
    }
  }

  private Secret unseal(SealedSecret sealed, Subject storage, TpmSession session)
      throws IOException {
    byte[] areas =
        TpmWire.join(TpmWire.sized(sealed.privateArea()), TpmWire.sized(sealed.publicArea()));
    int handle = session.call(TpmCode.LOAD, storage, Encrypted.NOTHING, true, areas).getInt();
    try {
      Subject loaded = new Subject(handle, TpmDerivation.name(sealed.publicArea()));
      ByteBuffer answer =
          session.call(TpmCode.UNSEAL, loaded, Encrypted.ANSWER, false, new byte[0]);
      answer.getInt(); // The length of the parameters.
      byte[] secret = TpmWire.takeSized(answer);
      Arrays.fill(answer.array(), (byte) 0);
      return Secret.take(memory, secret);
    } finally {
      wire.flush(handle);
    }
  }
}
