package ctrenc.crypto.tpm;

import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import javax.crypto.KeyAgreement;

/**
 * What a session's keys begin with, known to us and to the one TPM that has the storage key: ECDH
 * of that key with a key that lives for this session alone.
 *
 * @param secret 32 bytes, the caller's to close
 * @param point our public point, as the TPM is told it
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
record SessionSalt(Secret secret, byte[] point) {

  private static final String CURVE = "secp256r1";

  /**
   * A fresh one.
   *
   * @throws TpmException if the storage key is no point of the curve
   */
  static SessionSalt with(StorageKey key, SecretMemory memory) throws TpmException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(CURVE));
      KeyPair ephemeral = generator.generateKeyPair();
      ECPoint point = ((ECPublicKey) ephemeral.getPublic()).getW();
      byte[] x = coordinate(point.getAffineX());
      KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
      agreement.init(ephemeral.getPrivate());
      agreement.doPhase(publicKey(key), true);
      byte[] agreed = agreement.generateSecret();
      try {
        byte[] salt = TpmDerivation.ofAgreed(agreed, "SECRET", x, key.x());
        return new SessionSalt(
            Secret.take(memory, salt),
            TpmWire.join(TpmWire.sized(x), TpmWire.sized(coordinate(point.getAffineY()))));
      } finally {
        Arrays.fill(agreed, (byte) 0);
      }
    } catch (GeneralSecurityException e) {
      throw new TpmException("has a storage key that is none", e);
    }
  }

  private static PublicKey publicKey(StorageKey key) throws GeneralSecurityException {
    AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
    curve.init(new ECGenParameterSpec(CURVE));
    ECPoint point = new ECPoint(new BigInteger(1, key.x()), new BigInteger(1, key.y()));
    return KeyFactory.getInstance("EC")
        .generatePublic(new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class)));
  }

  /** As many bytes as the curve has, leading zeros too. */
  private static byte[] coordinate(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] coordinate = new byte[StorageKey.COORDINATE];
    int length = Math.min(bytes.length, coordinate.length);
    System.arraycopy(bytes, bytes.length - length, coordinate, coordinate.length - length, length);
    return coordinate;
  }
}
