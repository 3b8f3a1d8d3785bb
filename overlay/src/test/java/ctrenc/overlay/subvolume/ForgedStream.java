package ctrenc.overlay.subvolume;

import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.storage.StoreException;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * A stream as somebody makes it who may change what he likes and knows how checksums are computed,
 * but no key: its frames are numbered and checksummed anew, and counts fit what is there.
 */
final class ForgedStream {

  static final int ROOT = 1;
  static final int LAYER = 2;
  static final int RECORDS = 3;
  static final int EXTENT = 4;
  static final int END_OF_LAYER = 5;
  static final int END = 6;

  private static final int ID_OFFSET = 20;
  private static final int ID_LENGTH = 16;
  private static final int FRAME_HEAD = 5;
  private static final int CHECKSUM = 4;

  /** A frame without its checksum, which may be changed in place. */
  record Frame(int kind, byte[] payload) {

    ByteBuffer fields() {
      return ByteBuffer.wrap(payload);
    }

    /** An envelope, behind how often it is shared. */
    MemorySegment envelope() {
      return MemorySegment.ofArray(payload).asSlice(Long.BYTES);
    }
  }

  private final byte[] header;
  private final List<Frame> frames = new ArrayList<>();

  ForgedStream(byte[] stream) {
    List<byte[]> all = StreamFrames.of(stream);
    this.header = all.getFirst();
    for (byte[] frame : all.subList(1, all.size())) {
      frames.add(
          new Frame(frame[0], Arrays.copyOfRange(frame, FRAME_HEAD, frame.length - CHECKSUM)));
    }
  }

  /** All of them, to be changed. */
  List<Frame> frames() {
    return frames;
  }

  /** Where the frames of a kind are. */
  List<Integer> all(int kind) {
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      if (frames.get(i).kind() == kind) {
        found.add(i);
      }
    }
    return found;
  }

  /** Lets the counts at the end of each layer, and of the stream, be those of what is there. */
  ForgedStream counted() {
    long records = 0;
    long extents = 0;
    int layers = 0;
    for (Frame frame : frames) {
      switch (frame.kind()) {
        case RECORDS -> records += frame.fields().getInt(1);
        case EXTENT -> extents++;
        case END_OF_LAYER -> {
          frame.fields().putLong(records).putLong(extents);
          records = 0;
          extents = 0;
          layers++;
        }
        case END -> frame.fields().putInt(layers);
        default -> {}
      }
    }
    return this;
  }

  /** Lets the checksums of an extent's frame be those of what is there. */
  static void mend(Frame frame) {
    MemorySegment envelope = frame.envelope();
    int at = Long.BYTES + EnvelopeHeader.LENGTH - 2 * CHECKSUM;
    frame
        .fields()
        .putInt(at, EnvelopeHeader.checksumOf(envelope.asSlice(EnvelopeHeader.LENGTH)))
        .putInt(
            at + CHECKSUM,
            EnvelopeHeader.checksumOf(
                frame.payload(), Long.BYTES, EnvelopeHeader.LENGTH - CHECKSUM));
  }

  static EnvelopeHeader header(Frame frame) throws StoreException {
    return EnvelopeHeader.decode(
        Arrays.copyOfRange(frame.payload(), Long.BYTES, Long.BYTES + EnvelopeHeader.LENGTH),
        "in a forged stream");
  }

  /** The stream, each frame with the checksum that fits its place. */
  byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header);
    long number = 0;
    for (Frame frame : frames) {
      byte[] head =
          ByteBuffer.allocate(FRAME_HEAD)
              .put((byte) frame.kind())
              .putInt(frame.payload().length)
              .array();
      CRC32C checksum = new CRC32C();
      checksum.update(header, ID_OFFSET, ID_LENGTH);
      checksum.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
      checksum.update(head);
      checksum.update(frame.payload());
      out.writeBytes(head);
      out.writeBytes(frame.payload());
      out.writeBytes(ByteBuffer.allocate(CHECKSUM).putInt((int) checksum.getValue()).array());
      number++;
    }
    return out.toByteArray();
  }

  /** A record of a frame with records. */
  record Stored(byte[] key, byte[] value) {}

  static List<Stored> records(Frame frame) {
    ByteBuffer fields = frame.fields().position(1);
    List<Stored> records = new ArrayList<>();
    for (int left = fields.getInt(); left > 0; left--) {
      records.add(new Stored(block(fields), block(fields)));
    }
    return records;
  }

  private static byte[] block(ByteBuffer fields) {
    byte[] block = new byte[fields.getInt()];
    fields.get(block);
    return block;
  }

  /** A frame of records of a table. */
  static Frame records(int table, List<Stored> records) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(table);
    out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(records.size()).array());
    for (Stored stored : records) {
      for (byte[] block : List.of(stored.key(), stored.value())) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(block.length).array());
        out.writeBytes(block);
      }
    }
    return new Frame(RECORDS, out.toByteArray());
  }

  /** The layer whose frames begin there. */
  static UUID layer(Frame frame) {
    ByteBuffer fields = frame.fields();
    return new UUID(fields.getLong(), fields.getLong());
  }
}
