package ctrenc.crypto.protector;

import ctrenc.crypto.MalformedException;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A random secret that somebody outside wraps and unwraps. Whoever talks to the provider does so
 * before: here the secret is at hand, together with what the provider made of it.
 *
 * <pre>
 * parameters = salt (16) | check (16) | length (1) | name of the provider, UTF-8 | what it made of the secret
 * </pre>
 *
 * <p>Salt, check and share are those of a key file, with this type's code.
 */
public final class KeyProviderProtector implements Protector {

  /** How many random bytes the secret of a fresh one has. */
  public static final int LENGTH = 32;

  /** How long what a provider made may be. */
  public static final int MAX_WRAPPED = 16 << 10;

  private static final int KEY_PART = 32;
  private static final int MAX_NAME = 255;

  private final Secret key;
  private final Wrapped wrapped;

  /**
   * What a slot says of its provider.
   *
   * @param provider at most 255 bytes of UTF-8
   * @param bytes what the provider made of the secret
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over, compared by sameAs.
  public record Wrapped(String provider, byte[] bytes) {

    boolean sameAs(Wrapped other) {
      return provider.equals(other.provider) && Arrays.equals(bytes, other.bytes);
    }
  }

  /** Takes {@code key} over and closes it. */
  public KeyProviderProtector(Secret key, Wrapped wrapped) {
    if (wrapped.bytes.length > MAX_WRAPPED || name(wrapped).length > MAX_NAME) {
      throw new IllegalArgumentException("what the provider made, or its name, is too long");
    }
    this.key = key;
    this.wrapped = wrapped;
  }

  private static byte[] name(Wrapped wrapped) {
    return wrapped.provider.getBytes(StandardCharsets.UTF_8);
  }

  /** What is to be unwrapped for a slot; empty where it is no provider's. */
  static Optional<Wrapped> wrapped(ProtectorSlot slot) {
    ByteBuffer parameters = ByteBuffer.wrap(slot.parameters());
    if (!slot.is(ProtectorType.KEY_PROVIDER) || parameters.limit() <= KEY_PART) {
      return Optional.empty();
    }
    int length = Byte.toUnsignedInt(parameters.position(KEY_PART).get());
    if (length > parameters.remaining()) {
      return Optional.empty();
    }
    byte[] name = new byte[length];
    byte[] bytes = new byte[parameters.remaining() - length];
    parameters.get(name).get(bytes);
    return Optional.of(new Wrapped(new String(name, StandardCharsets.UTF_8), bytes));
  }

  @Override
  public ProtectorType type() {
    return ProtectorType.KEY_PROVIDER;
  }

  @Override
  public Enrolment enrol(Entropy entropy) {
    Enrolment enrolment = RawKeyShare.enrol(type(), key, entropy);
    byte[] name = name(wrapped);
    byte[] parameters =
        ByteBuffer.allocate(KEY_PART + 1 + name.length + wrapped.bytes.length)
            .put(enrolment.slot().parameters())
            .put((byte) name.length)
            .put(name)
            .put(wrapped.bytes)
            .array();
    return new Enrolment(new ProtectorSlot(type().code(), parameters), enrolment.share());
  }

  @Override
  public boolean fits(ProtectorSlot slot) {
    return wrapped(slot).filter(wrapped::sameAs).isPresent()
        && RawKeyShare.fits(type(), key, keyPart(slot));
  }

  @Override
  public Secret share(ProtectorSlot slot) throws MalformedException {
    if (wrapped(slot).isEmpty()) {
      throw new MalformedException("the protector's slot is not one of a key provider");
    }
    return RawKeyShare.share(type(), key, keyPart(slot));
  }

  private static ProtectorSlot keyPart(ProtectorSlot slot) {
    return new ProtectorSlot(slot.typeCode(), Arrays.copyOf(slot.parameters(), KEY_PART));
  }

  @Override
  public void close() {
    key.close();
  }
}
