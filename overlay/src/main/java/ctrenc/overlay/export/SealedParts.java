package ctrenc.overlay.export;

import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.EnvelopeHeader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.util.List;
import java.util.UUID;

/** Takes the extents and records out of a stream or a backup, whichever comes. Stateless. */
public final class SealedParts {

  private static final int PIECE = 256 << 10;

  /** A tar archive begins with the name of a member. */
  private static final int FIRST_OF_STREAM = 0x89;

  /** Takes what comes, in the order in which it does. */
  public interface Taker {

    /**
     * @param envelope header and sealed bytes, of which nothing but the header was checked; written
     *     over when the next one comes
     */
    void extent(EnvelopeHeader header, MemorySegment envelope) throws IOException;

    /**
     * A record of a layer, of which nothing was checked.
     *
     * @param key without the number that the layer has in a store
     */
    void record(UUID layer, Table table, byte[] key, byte[] value) throws IOException;
  }

  private SealedParts() {}

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
      Members members = new Members(new Picks(List.of()), new PartsOfArchive(taker));
      new ArchiveSource(in, progress).read(members);
    }
  }

  private static void readStream(InputStream in, TransferProgress progress, Taker taker)
      throws IOException {
    long moved = 0;
    UUID layer = new UUID(0, 0);
    try (StreamReader reader = new StreamReader(Channels.newChannel(in))) {
      Frame frame = reader.next();
      while (frame.kind() != Frame.Kind.END) {
        switch (frame.kind()) {
          case LAYER -> layer = StreamSource.coming(frame.payload().asByteBuffer()).layer();
          case EXTENT -> take(frame.payload(), taker);
          case RECORDS -> take(layer, frame.bytes(), taker);
          default -> {
            // What describes the root is not repaired.
          }
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

  private static void take(UUID layer, byte[] payload, Taker taker) throws IOException {
    RecordsFrame.read(
        payload,
        "records that came for layer " + layer,
        (table, key, value) -> taker.record(layer, table.table(), key, value));
  }

  /** Passes over all that is neither an extent nor a record. */
  private record PartsOfArchive(Taker taker) implements Members.Taker {

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
    public void records(ObjectRecords records, boolean isWanted) throws IOException {
      for (ObjectRecords.OfLayer one : records.layers()) {
        for (ObjectRecords.Stored stored : one.records()) {
          taker.record(one.layer(), stored.table().table(), stored.key(), stored.value());
        }
      }
    }

    @Override
    public void extent(EnvelopeHeader header, MemorySegment envelope, boolean isWanted)
        throws IOException {
      taker.extent(header, envelope);
    }
  }
}
