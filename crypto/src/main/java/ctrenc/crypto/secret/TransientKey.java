package ctrenc.crypto.secret;

import javax.crypto.SecretKey;

/**
 * A secret as the JDK's ciphers want it. It holds no bytes: every {@link #getEncoded} is a fresh
 * copy, which belongs to the provider. SunJCE erases it: HMAC and GCM decryption within {@code
 * init}, GCM encryption at its next key. A test of this module holds the JDK to that.
 */
final class TransientKey implements SecretKey {

  // Serializable by inheritance alone.
  private static final long serialVersionUID = 1L;

  private final transient Secret secret;
  private final String algorithm;

  TransientKey(Secret secret, String algorithm) {
    this.secret = secret;
    this.algorithm = algorithm;
  }

  @Override
  public String getAlgorithm() {
    return algorithm;
  }

  @Override
  public String getFormat() {
    return "RAW";
  }

  @Override
  public byte[] getEncoded() {
    byte[] copy = new byte[secret.length()];
    secret.copyTo(copy, 0, RawKeyAccess.grant());
    return copy;
  }

  @Override
  public String toString() {
    return "TransientKey[" + algorithm + ", " + secret + "]";
  }

  private void writeObject(java.io.ObjectOutputStream out) throws java.io.NotSerializableException {
    throw new java.io.NotSerializableException("a key is never serialised");
  }
}
