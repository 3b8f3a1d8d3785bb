package ctrenc.crypto.secret;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.StampedLock;
import javax.crypto.SecretKey;

/**
 * Key bytes. They lie off-heap until {@link #close} wipes them; printing shows their number alone.
 * Thread-safe: a reader that comes before the close gets the whole key, one that comes after gets
 * {@link SecretClosedException}.
 */
public final class Secret implements AutoCloseable {

  /** What is done with a heap copy that lives no longer than the call. */
  @FunctionalInterface
  public interface Use<R, E extends Exception> {
    R apply(byte[] key) throws E;
  }

  private final SecretMemory memory;
  private final MemorySegment bytes;
  private final int length;
  private final StampedLock guard = new StampedLock();
  private boolean closed;

  private Secret(SecretMemory memory, byte[] source, int offset, int length) {
    this.memory = memory;
    this.bytes = memory.allocate(length);
    this.length = length;
    MemorySegment.copy(source, offset, bytes, ValueLayout.JAVA_BYTE, 0, length);
  }

  /** A fresh key of {@code length} bytes. */
  public static Secret random(SecretMemory memory, Entropy entropy, int length) {
    byte[] fresh = new byte[length];
    entropy.fill(fresh);
    return take(memory, fresh);
  }

  /** Moves the whole of {@code source} here: it is zero afterwards, also when this fails. */
  public static Secret take(SecretMemory memory, byte[] source) {
    return take(memory, source, 0, source.length);
  }

  /**
   * Moves {@code source[offset, offset + length)} here: that range is zero afterwards, also when
   * this fails.
   */
  public static Secret take(SecretMemory memory, byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    try {
      return new Secret(memory, source, offset, length);
    } finally {
      Arrays.fill(source, offset, offset + length, (byte) 0);
    }
  }

  /** In bytes; known after close too. */
  public int length() {
    return length;
  }

  /** Where this lies, so that what is derived from it lies there too. */
  public SecretMemory memory() {
    return memory;
  }

  /**
   * Copies the key. The caller wipes the copy.
   *
   * @throws SecretClosedException after close
   */
  public void copyTo(byte[] target, int offset, RawKeyAccess access) {
    Objects.requireNonNull(access);
    long stamp = guard.readLock();
    try {
      if (closed) {
        throw new SecretClosedException();
      }
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 0, target, offset, length);
    } finally {
      guard.unlockRead(stamp);
    }
  }

  /**
   * Lends a heap copy, which is wiped when {@code use} returns or throws.
   *
   * @throws SecretClosedException after close
   */
  public <R, E extends Exception> R use(RawKeyAccess access, Use<R, E> use) throws E {
    byte[] copy = new byte[length];
    try {
      copyTo(copy, 0, access);
      return use.apply(copy);
    } finally {
      Arrays.fill(copy, (byte) 0);
    }
  }

  /** A second secret with the same bytes and a life of its own. */
  public Secret copy() {
    byte[] transientCopy = new byte[length];
    copyTo(transientCopy, 0, RawKeyAccess.grant());
    return take(memory, transientCopy);
  }

  /** This key for the JDK's ciphers; it reads through to the bytes here, and dies with them. */
  public SecretKey asKey(String algorithm, RawKeyAccess access) {
    Objects.requireNonNull(access);
    return new TransientKey(this, algorithm);
  }

  /** Whether both hold the same bytes, in time that tells nothing of them. */
  public boolean matches(Secret other) {
    return use(
        RawKeyAccess.grant(),
        mine -> other.use(RawKeyAccess.grant(), theirs -> MessageDigest.isEqual(mine, theirs)));
  }

  /** Wipes the bytes. Readers that are under way get the whole key first. May be called again. */
  @Override
  public void close() {
    long stamp = guard.writeLock();
    try {
      if (!closed) {
        closed = true;
        bytes.fill((byte) 0);
        memory.release(bytes);
      }
    } finally {
      guard.unlockWrite(stamp);
    }
  }

  @Override
  public String toString() {
    return "Secret[" + length + " bytes]";
  }
}
