package ctrenc.overlay.meta;

import java.io.IOException;

/** Walks a scan in key order. Not thread-safe. Starts before the first record. */
public interface MetaCursor extends AutoCloseable {

  /** Moves to the next record; false at the end. */
  boolean next() throws IOException;

  byte[] key();

  byte[] value();

  @Override
  void close();
}
