package ctrenc.overlay.union;

import ctrenc.overlay.layer.FileRun;
import java.io.IOException;
import java.util.List;

/**
 * Seals dirty ranges into as few extents as they fill: scattered ranges share an extent, so that
 * random small writes cost one key derivation per extent and not per write.
 */
final class ExtentPacker {

  private final LayerStack stack;
  private final ExtentBuffers buffers;

  ExtentPacker(LayerStack stack, ExtentBuffers buffers) {
    this.stack = stack;
    this.buffers = buffers;
  }

  /** Appends all ranges; the runs still have to be committed. */
  List<FileRun.Data> pack(DirtyBytes dirty) throws IOException {
    byte[] buffer = buffers.take();
    try {
      Packing packing = new Packing(stack.upper(), buffer);
      dirty.forEach(packing::add);
      packing.seal();
      return packing.takeRuns();
    } finally {
      buffers.give(buffer);
    }
  }
}
