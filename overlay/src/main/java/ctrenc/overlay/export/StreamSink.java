package ctrenc.overlay.export;

import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/** A stream being sent: what it is of, then its layers, the lowest first. Used by one thread. */
public final class StreamSink implements AutoCloseable {

  private static final ValueLayout.OfLong SHARE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final StreamWriter writer;
  private final Pace pace;
  private final TransferProgress progress;
  private long moved;
  private int layers;

  /**
   * Writes what the stream is of.
   *
   * @param isRest it goes on within a layer of which the receiver has a part
   */
  public StreamSink(
      TreeDescription tree,
      boolean isRest,
      WritableByteChannel out,
      Pace pace,
      TransferProgress progress)
      throws IOException {
    this.writer = new StreamWriter(out, version(tree, isRest));
    this.pace = pace;
    this.progress = progress;
    try {
      writer.write(Frame.Kind.ROOT, tree.root().encode());
      for (NestedDescription nested : tree.nested()) {
        writer.write(Frame.Kind.NESTED, nested.encode());
      }
      for (SnapshotDescription snapshot : tree.snapshots()) {
        writer.write(Frame.Kind.SNAPSHOT, snapshot.encode());
      }
    } catch (IOException | RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  /** The lowest that has what is needed. */
  private static int version(TreeDescription tree, boolean isRest) {
    if (!tree.snapshots().isEmpty()) {
      return StreamWriter.WITH_SNAPSHOTS;
    }
    int alone = tree.nested().isEmpty() ? StreamWriter.ALONE : StreamWriter.WITH_NESTED;
    return isRest ? StreamWriter.REST : alone;
  }

  /** Sends a layer that does not grow. */
  public void layer(LayerSource layer) throws IOException {
    writer.write(Frame.Kind.LAYER, layer.head());
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
  }

  /** Where the envelope of the next extent is put. */
  MemorySegment room(int length) throws IOException {
    return writer.room(Long.BYTES + length).asSlice(Long.BYTES);
  }

  /** Sends the envelope that is in its {@link #room}. */
  void extent(long share, EnvelopeHeader header) throws IOException {
    int length = header.envelopeLength();
    writer.room(Long.BYTES).set(SHARE, 0, share);
    writer.write(Long.BYTES + length, header);
    pace.moved(length);
    moved += length;
    progress.moved(moved);
  }

  @Override
  public void close() {
    writer.close();
  }
}
