package ctrenc.overlay.meta;

/**
 * Changes that become visible together or not at all. Not thread-safe. A batch that is closed
 * uncommitted changes nothing.
 */
public interface MetaBatch extends AutoCloseable {

  void put(Table table, byte[] key, byte[] value);

  void delete(Table table, byte[] key);

  /**
   * Deletes the keys from {@code from} (inclusive) to {@code to} (exclusive). Every later read of
   * the table pays a little for each range until it is compacted away: meant for a whole layer or a
   * large directory, not for a few keys.
   */
  void deleteRange(Table table, byte[] from, byte[] to);

  /**
   * Adds to the signed 64-bit little-endian sum at {@code key}, without reading it; only for {@link
   * Table#SHARE}.
   */
  void add(Table table, byte[] key, long delta);

  boolean isEmpty();

  @Override
  void close();
}
