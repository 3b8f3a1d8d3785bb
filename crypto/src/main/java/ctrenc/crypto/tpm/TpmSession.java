package ctrenc.crypto.tpm;

import ctrenc.crypto.kdf.KeyedMac;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A session with a TPM that authorises commands, proves both sides of each, and encrypts the
 * parameter that holds a secret; so whoever listens on the bus, or changes what passes there,
 * learns nothing. It is salted: its key is known to the TPM with the storage key alone (TPM 2.0
 * Library, part 1, sections 19 and 21). Not thread-safe.
 */
final class TpmSession implements AutoCloseable {

  /** Goes on after the command. */
  private static final byte CONTINUE = 0x01;

  /** Whether the first parameter is encrypted. */
  enum Encrypted {
    NOTHING(0),
    COMMAND(0x20),
    ANSWER(0x40);

    private final byte attribute;

    Encrypted(int attribute) {
      this.attribute = (byte) attribute;
    }
  }

  /** An object of the TPM that a command is about, and its name. */
  @SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
  record Subject(int handle, byte[] name) {}

  private static final int NONCE = 32;
  private static final int KEY = 32;
  private static final byte HMAC_SESSION = 0;

  private static final byte[] KIND =
      ByteBuffer.allocate(9)
          .put(HMAC_SESSION)
          .putShort(StorageKey.AES)
          .putShort(StorageKey.AES_BITS)
          .putShort(StorageKey.CFB)
          .putShort(StorageKey.SHA256)
          .array();

  private final TpmWire wire;
  private final Entropy entropy;
  private final int handle;
  private final Secret key;
  private final KeyedMac mac;
  private byte[] fromTpm;

  private TpmSession(TpmWire wire, Entropy entropy, int handle, Secret key, byte[] fromTpm) {
    this.wire = wire;
    this.entropy = entropy;
    this.handle = handle;
    this.key = key;
    this.mac = new KeyedMac(KeyedMac.Hash.SHA256, key);
    this.fromTpm = fromTpm;
  }

  static TpmSession start(TpmWire wire, StorageKey storage, SecretMemory memory, Entropy entropy)
      throws IOException {
    byte[] fromUs = nonce(entropy);
    SessionSalt salt = SessionSalt.with(storage, memory);
    try (Secret secret = salt.secret()) {
      ByteBuffer answer =
          wire.call(
              TpmWire.NO_SESSIONS,
              TpmCode.START_AUTH_SESSION,
              TpmWire.number(storage.handle()),
              TpmWire.number(TpmWire.NOTHING),
              TpmWire.sized(fromUs),
              TpmWire.sized(salt.point()),
              KIND);
      int handle = answer.getInt();
      byte[] fromTpm = TpmWire.takeSized(answer);
      KeyedMac salted = new KeyedMac(KeyedMac.Hash.SHA256, secret);
      byte[] key = TpmDerivation.derive(salted, "ATH", fromTpm, fromUs, KEY);
      return new TpmSession(wire, entropy, handle, Secret.take(memory, key), fromTpm);
    } catch (BufferUnderflowException e) {
      throw new TpmException("starts a session that is cut short", e);
    }
  }

  private static byte[] nonce(Entropy entropy) {
    byte[] nonce = new byte[NONCE];
    entropy.fill(nonce);
    return nonce;
  }

  /**
   * Has the TPM do something to {@code subject}. The first of {@code parameters} has its length (2)
   * before it; where it is to be encrypted, that is done in place.
   *
   * @return what follows the head of the answer: a handle if the command gives one, the length of
   *     the parameters (4), the parameters, opened
   * @throws TpmException if it refuses, or did not say itself what arrived
   */
  ByteBuffer call(
      TpmCode code, Subject subject, Encrypted encrypted, boolean givesHandle, byte[] parameters)
      throws IOException {
    byte[] fromUs = nonce(entropy);
    if (encrypted == Encrypted.COMMAND) {
      ParameterCipher.encrypt(mac, key.memory(), fromUs, fromTpm, ByteBuffer.wrap(parameters));
    }
    byte[] attributes = {(byte) (CONTINUE | encrypted.attribute)};
    MessageDigest asked = TpmDerivation.sha256();
    asked.update(TpmWire.number(code.code()));
    asked.update(subject.name());
    byte[] proof = mac.of(TpmWire.join(asked.digest(parameters), fromUs, fromTpm, attributes));
    byte[] authorisation =
        TpmWire.join(
            TpmWire.number(handle), TpmWire.sized(fromUs), attributes, TpmWire.sized(proof));
    ByteBuffer answer =
        wire.call(
            TpmWire.SESSIONS,
            code,
            TpmWire.number(subject.handle()),
            TpmWire.number(authorisation.length),
            authorisation,
            parameters);
    try {
      return verified(code, answer, givesHandle, fromUs, encrypted);
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new TpmException("gives an answer to " + code + " that is cut short", e);
    }
  }

  /** Believes nothing of an answer before its proof is right. */
  private ByteBuffer verified(
      TpmCode code, ByteBuffer answer, boolean givesHandle, byte[] fromUs, Encrypted encrypted)
      throws TpmException {
    int start = answer.position();
    answer.position(start + (givesHandle ? Integer.BYTES : 0));
    int length = answer.getInt();
    ByteBuffer parameters = answer.slice(answer.position(), length);
    answer.position(answer.position() + length);
    byte[] nonce = TpmWire.takeSized(answer);
    byte[] attributes = {answer.get()};
    byte[] proof = TpmWire.takeSized(answer);
    MessageDigest answered = TpmDerivation.sha256();
    answered.update(TpmWire.number(0));
    answered.update(TpmWire.number(code.code()));
    answered.update(parameters.duplicate());
    byte[] expected = mac.of(TpmWire.join(answered.digest(), nonce, fromUs, attributes));
    if (!MessageDigest.isEqual(expected, proof)) {
      throw new TpmException("gives an answer to " + code + " that is not its own");
    }
    fromTpm = nonce;
    if (encrypted == Encrypted.ANSWER) {
      ParameterCipher.decrypt(mac, key.memory(), fromTpm, fromUs, parameters);
    }
    return answer.position(start);
  }

  @Override
  public void close() throws IOException {
    try (key) {
      Arrays.fill(fromTpm, (byte) 0);
      wire.flush(handle);
    }
  }
}
