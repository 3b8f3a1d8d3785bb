package ctrenc.overlay.union;

import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.Layer;

/** Where the stored bytes of a file come from, from some offset up to {@code end}. */
sealed interface Span {

  long end();

  /** Zeros: no layer has anything here, or one hides what others have. */
  record Zeros(long end) implements Span {}

  /** Bytes of a layer's run. */
  record Bytes(Layer layer, FileRun run, long end) implements Span {}

  /** Bytes in the inode's own upper record, which begin at offset 0 of the file. */
  record Small(byte[] data, long end) implements Span {}
}
