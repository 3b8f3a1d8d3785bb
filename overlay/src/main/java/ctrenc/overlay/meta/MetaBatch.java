package ctrenc.overlay.meta;

/** Changes that become visible together or not at all. Not thread-safe. A batch that is closed uncommitted changes nothing. */
public interface MetaBatch extends AutoCloseable {

  void put(Table table, byte[] key, byte[] value);

  void delete(Table table, byte[] key);

  /** Deletes the keys from {@code from} (inclusive) to {@code to} (exclusive). */
  void deleteRange(Table table, byte[] from, byte[] to);

  /** Adds to the signed 64-bit little-endian sum at {@code key}, without reading it; only for {@link Table#SHARE}. */
  void add(Table table, byte[] key, long delta);

  boolean isEmpty();

  @Override
  void close();
}
