package ctrenc.overlay.export;

import ctrenc.overlay.segment.EnvelopeHeader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.util.List;

/** Takes the extents out of a stream or a backup, whichever comes. Stateless. */
public final class SealedExtents {

  private static final int PIECE = 256 << 10;

  /** A tar archive begins with the name of a member. */
  private static final int FIRST_OF_STREAM = 0x89;

  /** Takes extents as they come. */
  @FunctionalInterface
  public interface Taker {

    /**
     * @param envelope header and sealed bytes, of which nothing but the header was checked; written
     *     over when the next one comes
     */
    void extent(EnvelopeHeader header, MemorySegment envelope) throws IOException;
  }

  private SealedExtents() {}

  /**
   * Reads to the end.
   *
   * @throws ctrenc.overlay.storage.DamagedException if it is neither, or cut or changed; what came
   *     before was handed out
   */
  public static void read(InputStream source, TransferProgress progress, Taker taker)
      throws IOException {
    BufferedInputStream in = new BufferedInputStream(source, PIECE);
    in.mark(1);
    int first = in.read();
    in.reset();
    if (first == FIRST_OF_STREAM) {
      readStream(in, progress, taker);
    } else {
      Members members = new Members(new Picks(List.of()), new ExtentsOfArchive(taker));
      new ArchiveSource(in, progress).read(members);
    }
  }

  private static void readStream(InputStream in, TransferProgress progress, Taker taker)
      throws IOException {
    long moved = 0;
    try (StreamReader reader = new StreamReader(Channels.newChannel(in))) {
      Frame frame = reader.next();
      while (frame.kind() != Frame.Kind.END) {
        if (frame.kind() == Frame.Kind.EXTENT) {
          take(frame.payload(), taker);
        }
        moved += frame.payload().byteSize();
        progress.moved(moved);
        frame = reader.next();
      }
      reader.end();
    }
  }

  private static void take(MemorySegment payload, Taker taker) throws IOException {
    if (payload.byteSize() < Long.BYTES + EnvelopeHeader.LENGTH) {
      throw StreamReader.disordered();
    }
    MemorySegment envelope = payload.asSlice(Long.BYTES);
    byte[] head = envelope.asSlice(0, EnvelopeHeader.LENGTH).toArray(ValueLayout.JAVA_BYTE);
    taker.extent(EnvelopeHeader.decode(head, "in the stream"), envelope);
  }

  /** Passes over all that is no extent. */
  private record ExtentsOfArchive(Taker taker) implements Members.Taker {

    @Override
    public void tree(ArchivedTree tree) {
      // Extents say of which layer they are.
    }

    @Override
    public void nested(ArchivedNested nested, boolean isWanted) {
      // As above.
    }

    @Override
    public void layer(LayerSummary layer) {
      // As above.
    }

    @Override
    public void records(ObjectRecords records, boolean isWanted) {
      // Records are not repaired.
    }

    @Override
    public void extent(EnvelopeHeader header, MemorySegment envelope, boolean isWanted)
        throws IOException {
      taker.extent(header, envelope);
    }
  }
}
