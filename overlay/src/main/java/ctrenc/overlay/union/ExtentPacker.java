package ctrenc.overlay.union;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.UpperLayer;
import java.io.IOException;
import java.util.ArrayList;
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
      return packing.runs;
    } finally {
      buffers.give(buffer);
    }
  }

  /** One pass over the ranges of a file. */
  private static final class Packing {
    private final UpperLayer upper;
    private final byte[] buffer;
    private final List<FileRun.Data> runs = new ArrayList<>();
    private final List<Part> parts = new ArrayList<>();
    private int filled;

    Packing(UpperLayer upper, byte[] buffer) {
      this.upper = upper;
      this.buffer = buffer;
    }

    void add(long offset, byte[] bytes, int from, int length) throws IOException {
      if (filled == 0 && length == ExtentStore.MAX_LENGTH) {
        runs.add(new FileRun.Data(offset, upper.append(bytes, from, length)));
        return;
      }
      int done = 0;
      while (done < length) {
        int count = Math.min(length - done, buffer.length - filled);
        System.arraycopy(bytes, from + done, buffer, filled, count);
        note(offset + done, count);
        filled += count;
        done += count;
        if (filled == buffer.length) {
          seal();
        }
      }
    }

    private void note(long offset, int count) {
      Part last = parts.isEmpty() ? null : parts.getLast();
      if (last != null && last.offset + last.length == offset) {
        parts.set(parts.size() - 1, new Part(last.offset, last.from, last.length + count));
      } else {
        parts.add(new Part(offset, filled, count));
      }
    }

    void seal() throws IOException {
      if (filled == 0) {
        return;
      }
      ExtentReference extent = upper.append(buffer, 0, filled);
      for (Part part : parts) {
        runs.add(new FileRun.Data(part.offset, extent.part(part.from, part.length)));
      }
      parts.clear();
      filled = 0;
    }
  }

  private record Part(long offset, int from, int length) {}
}
