package ctrenc.crypto.protector;

import ctrenc.crypto.MalformedException;
import ctrenc.crypto.kdf.KeyDerivation;
import ctrenc.crypto.kdf.Purpose;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.KEM;
import javax.crypto.KeyAgreement;

/**
 * Whoever holds a private key, by the public one: X25519 and ML-KEM-768 together, so that it stands
 * while either does. The public key makes slots; only the private key gives their share again.
 *
 * <pre>
 * parameters = recipient id (16) | ephemeral X25519 key (44, DER) | ML-KEM ciphertext (1088)
 * recipient id = first 16 bytes of SHA-256(both public keys, DER)
 * share = first 32 bytes of purpose PROTECTOR under X25519 secret (32) | ML-KEM secret (32), owner = recipient id,
 *         data = type code (1) | parameters | SHA-256 of both public keys, DER (32)
 * </pre>
 *
 * <p>Both public keys, the ephemeral one and the ciphertext are in the derivation, so a share
 * commits to all of them. The ephemeral key and the ciphertext come from the system's generator.
 */
public final class RecipientProtector implements Protector {

  private static final int ID = 16;
  private static final int EPHEMERAL = 44;
  private static final int CIPHERTEXT = 1088;
  private static final int PARAMETERS = ID + EPHEMERAL + CIPHERTEXT;
  private static final int SECRET = 32;

  private final SecretMemory memory;
  private final RecipientKeys.Public recipient;
  private final Optional<RecipientKeys.Private> identity;
  private final byte[] digest;

  private RecipientProtector(
      SecretMemory memory,
      RecipientKeys.Public recipient,
      Optional<RecipientKeys.Private> identity) {
    this.memory = memory;
    this.recipient = recipient;
    this.identity = identity;
    this.digest = digest(recipient);
  }

  /** One that can be enrolled, and opens nothing; {@code pem} is a file of two public keys. */
  public static RecipientProtector recipient(SecretMemory memory, byte[] pem)
      throws MalformedException {
    return new RecipientProtector(memory, RecipientKeys.readPublic(pem), Optional.empty());
  }

  /** One that opens what was enrolled; {@code pem} is a file of the private and public keys. */
  public static RecipientProtector identity(SecretMemory memory, byte[] pem)
      throws MalformedException {
    return new RecipientProtector(
        memory, RecipientKeys.readPublic(pem), Optional.of(RecipientKeys.readPrivate(pem)));
  }

  @Override
  public ProtectorType type() {
    return ProtectorType.RECIPIENT;
  }

  @Override
  public Enrolment enrol(Entropy entropy) {
    try {
      KeyPair ephemeral = KeyPairGenerator.getInstance(RecipientKeys.CLASSICAL).generateKeyPair();
      KEM.Encapsulated sent =
          KEM.getInstance("ML-KEM").newEncapsulator(recipient.postQuantum()).encapsulate();
      byte[] parameters =
          ByteBuffer.allocate(PARAMETERS)
              .put(digest, 0, ID)
              .put(ephemeral.getPublic().getEncoded())
              .put(sent.encapsulation())
              .array();
      byte[] agreed = agree(ephemeral.getPrivate(), recipient.classical());
      byte[] encapsulated = sent.key().getEncoded();
      return new Enrolment(
          new ProtectorSlot(type().code(), parameters), combine(agreed, encapsulated, parameters));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK refuses X25519 or ML-KEM", e);
    }
  }

  @Override
  public boolean fits(ProtectorSlot slot) {
    return identity.isPresent()
        && slot.is(type())
        && slot.parameters().length == PARAMETERS
        && Arrays.equals(slot.parameters(), 0, ID, digest, 0, ID);
  }

  @Override
  public Secret share(ProtectorSlot slot) throws MalformedException {
    if (!fits(slot)) {
      throw new MalformedException("the protector's slot is not one of this recipient");
    }
    RecipientKeys.Private keys = identity.orElseThrow();
    byte[] parameters = slot.parameters();
    byte[] ephemeral = Arrays.copyOfRange(parameters, ID, ID + EPHEMERAL);
    byte[] ciphertext = Arrays.copyOfRange(parameters, ID + EPHEMERAL, PARAMETERS);
    try {
      PublicKey sender =
          KeyFactory.getInstance(RecipientKeys.CLASSICAL)
              .generatePublic(new X509EncodedKeySpec(ephemeral));
      byte[] agreed = agree(keys.classical(), sender);
      byte[] encapsulated =
          KEM.getInstance("ML-KEM")
              .newDecapsulator(keys.postQuantum())
              .decapsulate(ciphertext)
              .getEncoded();
      return combine(agreed, encapsulated, parameters);
    } catch (GeneralSecurityException e) {
      throw new MalformedException("the recipient's slot is damaged");
    }
  }

  private static byte[] agree(PrivateKey own, PublicKey other) throws GeneralSecurityException {
    KeyAgreement agreement = KeyAgreement.getInstance(RecipientKeys.CLASSICAL);
    agreement.init(own);
    agreement.doPhase(other, true);
    return agreement.generateSecret();
  }

  /** Wipes both secrets. */
  private Secret combine(byte[] agreed, byte[] encapsulated, byte[] parameters) {
    byte[] joined = ByteBuffer.allocate(2 * SECRET).put(agreed).put(encapsulated).array();
    Arrays.fill(agreed, (byte) 0);
    Arrays.fill(encapsulated, (byte) 0);
    byte[] data =
        ByteBuffer.allocate(1 + PARAMETERS + digest.length)
            .put(type().code())
            .put(parameters)
            .put(digest)
            .array();
    ByteBuffer id = ByteBuffer.wrap(digest);
    try (Secret both = Secret.take(memory, joined);
        KeyDerivation derivation = KeyDerivation.of(both, new UUID(id.getLong(), id.getLong()))) {
      return derivation.deriveSecret(Purpose.PROTECTOR, data, RawKeyShare.SHARE);
    }
  }

  private static byte[] digest(RecipientKeys.Public recipient) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(recipient.classical().getEncoded());
      return sha.digest(recipient.postQuantum().getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK lacks SHA-256", e);
    }
  }

  /** The private keys are the JDK's objects: the collector takes them. */
  @Override
  public void close() {
    Arrays.fill(digest, (byte) 0);
  }
}
