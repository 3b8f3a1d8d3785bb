package ctrenc.crypto.record;

import java.nio.ByteBuffer;

/**
 * What one batch does to a {@link StateHash}: the elements that come less those that go. It changes
 * nothing until it is applied, so that a batch that fails leaves no trace. It holds no key. Not
 * thread-safe.
 */
public final class StateChange {

  private final StateSum sum = new StateSum();

  /** A record comes, by its {@link StateHash#element}. */
  public void add(byte[] element) {
    sum.add(element);
  }

  /** A record goes. */
  public void remove(byte[] element) {
    sum.subtract(element);
  }

  /** As {@link StateHash#sum}, of the change alone; as secret as that. */
  public byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(StateHash.SUM_LENGTH);
    sum.write(bytes);
    return bytes.array();
  }
}
