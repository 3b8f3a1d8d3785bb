package ctrenc.overlay.export;

import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A stream being sent: what it is of, then its layers, the lowest first. Not thread-safe. */
public final class StreamSink {

  private final StreamWriter writer;
  private final Pace pace;
  private final TransferProgress progress;
  private long moved;
  private int layers;

  public StreamSink(OutputStream out, Pace pace, TransferProgress progress) throws IOException {
    this.writer = new StreamWriter(out);
    this.pace = pace;
    this.progress = progress;
  }

  public void root(RootDescription root) throws IOException {
    writer.write(Frame.Kind.ROOT, root.encode());
  }

  /** Sends a layer that does not grow. */
  public void layer(LayerSource layer) throws IOException {
    writer.write(Frame.Kind.LAYER, StreamWriter.bytes(layer.id()));
    layer.send(this);
    layers++;
  }

  public void end() throws IOException {
    writer.write(Frame.Kind.END, ByteBuffer.allocate(Integer.BYTES).putInt(layers).array());
    writer.flush();
  }

  void write(Frame.Kind kind, byte[] payload) throws IOException {
    writer.write(kind, payload);
    pace.moved(payload.length);
    if (kind == Frame.Kind.EXTENT) {
      moved += payload.length - Long.BYTES;
      progress.moved(moved);
    }
  }
}
