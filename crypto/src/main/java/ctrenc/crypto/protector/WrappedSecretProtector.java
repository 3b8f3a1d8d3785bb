package ctrenc.crypto.protector;

import ctrenc.crypto.MalformedException;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * A random secret that somebody outside wraps and unwraps: a key provider, or the machine's TPM.
 * Whoever talks to them does so before: here the secret is at hand, together with what was made of
 * it.
 *
 * <pre>
 * parameters = salt (16) | check (16) | length (1) | name of the provider, UTF-8 | what was made of the secret
 * </pre>
 *
 * <p>Salt, check and share are those of a key file, with the type's code. A TPM's name is empty.
 */
public final class WrappedSecretProtector implements Protector {

  /** How many random bytes the secret of a fresh one has. */
  public static final int LENGTH = 32;

  /** How long what was made of it may be. */
  public static final int MAX_WRAPPED = 16 << 10;

  private static final int KEY_PART = 32;
  private static final int MAX_NAME = 255;

  private final Secret key;
  private final Wrapped wrapped;

  /** Who wraps and unwraps secrets. */
  private static final Set<ProtectorType> TYPES =
      Set.of(ProtectorType.KEY_PROVIDER, ProtectorType.TPM);

  /**
   * What a slot says of who wrapped its secret.
   *
   * @param type a key provider, or a TPM
   * @param provider at most 255 bytes of UTF-8; empty for a TPM
   * @param bytes what was made of the secret
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over, compared by sameAs.
  public record Wrapped(ProtectorType type, String provider, byte[] bytes) {

    public static Wrapped byProvider(String name, byte[] bytes) {
      return new Wrapped(ProtectorType.KEY_PROVIDER, name, bytes);
    }

    public static Wrapped byTpm(byte[] bytes) {
      return new Wrapped(ProtectorType.TPM, "", bytes);
    }

    boolean sameAs(Wrapped other) {
      return type == other.type
          && provider.equals(other.provider)
          && Arrays.equals(bytes, other.bytes);
    }
  }

  /** Takes {@code key} over and closes it. */
  public WrappedSecretProtector(Secret key, Wrapped wrapped) {
    if (wrapped.bytes.length > MAX_WRAPPED || name(wrapped).length > MAX_NAME) {
      throw new IllegalArgumentException("what was made of a secret, or a name, is too long");
    }
    this.key = key;
    this.wrapped = wrapped;
  }

  private static byte[] name(Wrapped wrapped) {
    return wrapped.provider.getBytes(StandardCharsets.UTF_8);
  }

  /** What is to be unwrapped for a slot; empty where its secret is no wrapped one. */
  static Optional<Wrapped> wrapped(ProtectorSlot slot) {
    ByteBuffer parameters = ByteBuffer.wrap(slot.parameters());
    Optional<ProtectorType> type = slot.type().filter(TYPES::contains);
    if (type.isEmpty() || parameters.limit() <= KEY_PART) {
      return Optional.empty();
    }
    int length = Byte.toUnsignedInt(parameters.position(KEY_PART).get());
    if (length > parameters.remaining()) {
      return Optional.empty();
    }
    byte[] name = new byte[length];
    byte[] bytes = new byte[parameters.remaining() - length];
    parameters.get(name).get(bytes);
    return Optional.of(new Wrapped(type.get(), new String(name, StandardCharsets.UTF_8), bytes));
  }

  @Override
  public ProtectorType type() {
    return wrapped.type;
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
      throw new MalformedException("the protector's slot has no wrapped secret");
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
