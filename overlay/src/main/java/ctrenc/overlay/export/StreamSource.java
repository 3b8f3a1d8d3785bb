package ctrenc.overlay.export;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A stream being received. Used by one thread. */
public final class StreamSource implements AutoCloseable {

  private final StreamReader reader;
  private final TransferProgress progress;
  private final TreeDescription tree;
  private long moved;
  private int layers;

  /** Reads what the stream is of. */
  public StreamSource(ReadableByteChannel in, TransferProgress progress) throws IOException {
    this.reader = new StreamReader(in);
    this.progress = progress;
    try {
      RootDescription root = RootDescription.decode(reader.next(Frame.Kind.ROOT));
      this.tree =
          new TreeDescription(
              root,
              all(Frame.Kind.NESTED, NestedDescription::decode),
              all(Frame.Kind.SNAPSHOT, SnapshotDescription::decode));
      tree.check();
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  public TreeDescription tree() {
    return tree;
  }

  /** Understands the payload of a frame. */
  @FunctionalInterface
  private interface Decoder<T> {
    T decode(byte[] payload) throws DamagedException, FormatTooNewException;
  }

  /** All frames of a kind that come next. */
  private <T> List<T> all(Frame.Kind kind, Decoder<T> decoder) throws IOException {
    List<T> all = new ArrayList<>();
    Optional<byte[]> payload = reader.nextIf(kind);
    while (payload.isPresent()) {
      all.add(decoder.decode(payload.get()));
      payload = reader.nextIf(kind);
    }
    return List.copyOf(all);
  }

  /**
   * A layer that begins.
   *
   * @param after the last extent that the receiver has already; 0 if all of the layer comes
   */
  public record Coming(UUID layer, long after) {}

  /** The layer that comes next; empty if the stream is whole and at its end. */
  public Optional<Coming> nextLayer() throws IOException {
    Frame frame = reader.next();
    ByteBuffer payload = frame.payload().asByteBuffer();
    if (frame.kind() == Frame.Kind.LAYER) {
      layers++;
      return Optional.of(coming(payload));
    }
    if (frame.kind() != Frame.Kind.END
        || payload.remaining() != Integer.BYTES
        || payload.getInt() != layers) {
      throw StreamReader.disordered();
    }
    reader.end();
    return Optional.empty();
  }

  static Coming coming(ByteBuffer payload) throws DamagedException {
    int rest = payload.remaining() - StreamWriter.ID_LENGTH;
    if (rest != 0 && rest != Long.BYTES) {
      throw StreamReader.disordered();
    }
    UUID layer = new UUID(payload.getLong(), payload.getLong());
    long after = rest == 0 ? 0 : payload.getLong();
    if (after < 0) {
      throw StreamReader.disordered();
    }
    return new Coming(layer, after);
  }

  /** Stores the layer whose turn it is. */
  public void receive(LayerTarget target) throws IOException {
    Frame frame = reader.next();
    while (frame.kind() != Frame.Kind.END_OF_LAYER) {
      switch (frame.kind()) {
        case RECORDS -> target.records(frame.bytes());
        case EXTENT -> target.extent(frame.payload(), frame.sealed());
        default -> throw StreamReader.disordered();
      }
      count(frame);
      frame = reader.next();
    }
    target.end(frame.bytes());
  }

  /** Passes over the layer whose turn it is. */
  public void skip() throws IOException {
    Frame frame = reader.next();
    while (frame.kind() != Frame.Kind.END_OF_LAYER) {
      if (frame.kind() != Frame.Kind.RECORDS && frame.kind() != Frame.Kind.EXTENT) {
        throw StreamReader.disordered();
      }
      count(frame);
      frame = reader.next();
    }
  }

  private void count(Frame frame) throws IOException {
    moved += frame.payload().byteSize();
    progress.moved(moved);
  }

  @Override
  public void close() {
    reader.close();
  }

  /** What does not fit to the description of the root. */
  public static DamagedException unexpected(UUID layer) {
    return new DamagedException("The stream has a layer " + layer + " that is not the root's.");
  }
}
