package ctrenc.overlay.meta;

import java.io.IOException;
import java.util.Optional;

/**
 * A snapshot as a copy of all.
 *
 * @param copy is closed with it
 */
record MemorySnapshot(MemoryMetaStore copy) implements MetaSnapshot {

  @Override
  public Optional<byte[]> get(Table table, byte[] key) throws IOException {
    return copy.get(table, key);
  }

  @Override
  public MetaCursor scan(Table table, byte[] from, byte[] to) throws IOException {
    return copy.scan(table, from, to);
  }

  @Override
  public void close() {
    copy.close();
  }
}
