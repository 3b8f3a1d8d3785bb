package ctrenc.overlay.meta;

import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/** Walks a copy, so that later commits are not seen. */
final class MemoryCursor implements MetaCursor {

  private final Iterator<Map.Entry<byte[], byte[]>> rest;
  private Optional<Map.Entry<byte[], byte[]>> current = Optional.empty();

  MemoryCursor(NavigableMap<byte[], byte[]> records) {
    this.rest = records.entrySet().iterator();
  }

  @Override
  public boolean next() {
    current = rest.hasNext() ? Optional.of(rest.next()) : Optional.empty();
    return current.isPresent();
  }

  @Override
  public byte[] key() {
    return current.orElseThrow(IllegalStateException::new).getKey().clone();
  }

  @Override
  public byte[] value() {
    return current.orElseThrow(IllegalStateException::new).getValue().clone();
  }

  @Override
  public void close() {
    current = Optional.empty();
  }
}
