package ctrenc.overlay.meta;

import java.io.IOException;
import java.util.Optional;

/** Reads ordered key-value tables. Keys are ordered as unsigned bytes. Thread-safe. */
public interface MetaReader {

  Optional<byte[]> get(Table table, byte[] key) throws IOException;

  /**
   * Scans keys from {@code from} (inclusive) to {@code to} (exclusive) as of now; later commits are
   * not seen.
   */
  MetaCursor scan(Table table, byte[] from, byte[] to) throws IOException;
}
