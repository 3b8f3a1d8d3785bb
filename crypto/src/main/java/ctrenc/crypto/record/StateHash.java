package ctrenc.crypto.record;

import ctrenc.crypto.MalformedException;
import ctrenc.crypto.kdf.KeyedMac;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.kdf.Purpose;
import ctrenc.crypto.secret.Secret;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A keyed hash over the multiset of a layer's records, kept up to date record by record in any
 * order (after MSet-Add-Hash, Clarke et al., ASIACRYPT 2003). Two stores have the same root if, and
 * but for negligible chance only if, they hold the same records. Thread-safe.
 *
 * <pre>
 * element = HMAC-SHA256(element key, length of record key (4) | record key | record value)
 * sum     = sum of the elements mod 2^256        count = how many
 * root    = HMAC-SHA256(root key, sum (32) | count (8))
 * </pre>
 *
 * <p>The sum is secret, since whoever sees sums could combine them; only {@link #root} may be
 * stored in the open, and {@link #sum} sealed. Keys: purpose STATE, data 1 and 2.
 */
public final class StateHash implements AutoCloseable {

  public static final int ROOT_LENGTH = 32;

  /** Bytes of {@link #sum}. */
  public static final int SUM_LENGTH = StateSum.LIMBS * Long.BYTES + Long.BYTES;

  /** Bytes of {@link #element}. */
  public static final int ELEMENT_LENGTH = StateSum.LIMBS * Long.BYTES;

  private static final int KEY_LENGTH = 32;
  private static final byte[] ELEMENT = {1};
  private static final byte[] ROOT = {2};

  private final Secret elementKey;
  private final Secret rootKey;
  private final KeyedMac elementMac;
  private final KeyedMac rootMac;
  private final StateSum sum = new StateSum();

  private StateHash(LayerKey layer) {
    this.elementKey = layer.derivation().deriveSecret(Purpose.STATE, ELEMENT, KEY_LENGTH);
    this.rootKey = layer.derivation().deriveSecret(Purpose.STATE, ROOT, KEY_LENGTH);
    this.elementMac = new KeyedMac(KeyedMac.Hash.SHA256, elementKey);
    this.rootMac = new KeyedMac(KeyedMac.Hash.SHA256, rootKey);
  }

  /** Of no records. */
  public static StateHash empty(LayerKey layer) {
    return new StateHash(layer);
  }

  /**
   * As it was when {@link #sum} was taken.
   *
   * @throws MalformedException if these are not {@value #SUM_LENGTH} bytes
   */
  public static StateHash resume(LayerKey layer, byte[] sum) throws MalformedException {
    checkLength(sum);
    StateHash resumed = new StateHash(layer);
    resumed.sum.read(ByteBuffer.wrap(sum));
    return resumed;
  }

  /** A record came. */
  public void add(byte[] recordKey, byte[] value) {
    byte[] element = element(recordKey, value);
    synchronized (sum) {
      sum.add(element);
    }
  }

  /**
   * A record that was added went. A changed record is removed with its old value and added with its
   * new one.
   */
  public void remove(byte[] recordKey, byte[] value) {
    byte[] element = element(recordKey, value);
    synchronized (sum) {
      sum.subtract(element);
    }
  }

  /** What a record adds to the sum, for a {@link StateChange}; as secret as {@link #sum}. */
  public byte[] element(byte[] recordKey, byte[] value) {
    byte[] head =
        ByteBuffer.allocate(Integer.BYTES + recordKey.length)
            .putInt(recordKey.length)
            .put(recordKey)
            .array();
    return Arrays.copyOf(elementMac.of(head, value, 0, value.length), ELEMENT_LENGTH);
  }

  /**
   * Becomes what it was when {@link #sum} was taken.
   *
   * @throws MalformedException if these are not {@value #SUM_LENGTH} bytes
   */
  public void restore(byte[] taken) throws MalformedException {
    checkLength(taken);
    synchronized (sum) {
      sum.read(ByteBuffer.wrap(taken));
    }
  }

  /** What {@link #sum} will be once {@code change} is applied. */
  public byte[] sumAfter(StateChange change) {
    StateSum after = new StateSum();
    after.read(ByteBuffer.wrap(sum()));
    after.addAll(ByteBuffer.wrap(change.toBytes()));
    ByteBuffer bytes = ByteBuffer.allocate(SUM_LENGTH);
    after.write(bytes);
    return bytes.array();
  }

  /** The batch is stored. */
  public void apply(StateChange change) {
    byte[] written = change.toBytes();
    synchronized (sum) {
      sum.addAll(ByteBuffer.wrap(written));
    }
  }

  /**
   * Adds all records of another hash of the same layer: so a large store is summed up in parts,
   * side by side.
   */
  public void combine(StateHash other) {
    byte[] theirs = other.sum();
    synchronized (sum) {
      sum.addAll(ByteBuffer.wrap(theirs));
    }
  }

  /** The public root, {@value #ROOT_LENGTH} bytes. */
  public byte[] root() {
    return rootMac.of(sum());
  }

  /** The public root of a {@link #sum}, {@value #ROOT_LENGTH} bytes. */
  public byte[] rootOf(byte[] taken) throws MalformedException {
    checkLength(taken);
    return rootMac.of(taken);
  }

  /**
   * A MAC over a {@link #sum} together with what else is to hold with it: 32 bytes, public. Without
   * anything else it would be the root.
   */
  public byte[] macOf(byte[] taken, byte[] context) throws MalformedException {
    checkLength(taken);
    if (context.length == 0) {
      throw new IllegalArgumentException("a MAC over the sum alone is its root");
    }
    return rootMac.of(taken, context, 0, context.length);
  }

  /** What {@link #resume} needs; to be stored sealed. */
  public byte[] sum() {
    ByteBuffer bytes = ByteBuffer.allocate(SUM_LENGTH);
    synchronized (sum) {
      sum.write(bytes);
    }
    return bytes.array();
  }

  @Override
  public void close() {
    elementKey.close();
    rootKey.close();
  }

  private static void checkLength(byte[] sum) throws MalformedException {
    if (sum.length != SUM_LENGTH) {
      throw new MalformedException(
          "the sum of a state hash has " + SUM_LENGTH + " bytes, not " + sum.length);
    }
  }
}
