package ctrenc.overlay.export;

import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.time.Instant;
import java.util.Base64;

/**
 * A backup being written: a POSIX pax archive. Used by one thread.
 *
 * <pre>
 * backup             header of format "backup" whose fields are the {@link ArchivedTree}
 * layers/UUID        {@link LayerSummary}
 * objects/...        an object; its records in the attribute "user.ctr-enc", in base 64
 *   data of a file   {@link ObjectContent}
 *   .../records      the same, of a directory whose records are too long for an attribute
 *   .../subvolume/   what is nested at a directory: its {@link ArchivedNested} as "description", its objects below
 * </pre>
 */
final class ArchiveSink implements AutoCloseable {

  static final String ROOT = "backup";
  static final String LAYERS = "layers/";
  static final String RECORDS = "records";
  static final String XATTR = "user.ctr-enc";
  static final String ATTRIBUTE = "SCHILY.xattr." + XATTR;

  /** Filesystems keep at least so much in an attribute, in base 64. */
  static final int LONGEST_ATTRIBUTE = 2800;

  static final int FILE = 0100600;
  static final int DIRECTORY = 040700;

  private static final int LONGEST_ENVELOPE =
      EnvelopeHeader.LENGTH + EnvelopeHeader.MAX_SEALED_LENGTH;

  private static final byte[] NOTHING = {};

  private final OutputBehind out;
  private final TarWriter tar;
  private final Pace pace;
  private final TransferProgress progress;
  private long moved;

  ArchiveSink(WritableByteChannel channel, Pace pace, TransferProgress progress) {
    this.out = new OutputBehind(channel, LONGEST_ENVELOPE);
    this.tar = new TarWriter(out);
    this.pace = pace;
    this.progress = progress;
  }

  void tree(TreeDescription tree) throws IOException {
    file(ROOT, ArchivedTree.of(tree).encode(), tree.root().taken());
  }

  /**
   * @param anchor the place of the directory that it hangs at
   */
  void nested(ArchivedNested nested, String anchor) throws IOException {
    Instant taken = nested.description().subvolume().taken();
    file(anchor + ArchivedNested.MEMBER, nested.encode(), taken);
  }

  void layer(LayerSummary layer, Instant closed) throws IOException {
    file(LAYERS + layer.layer(), layer.encode(), closed);
  }

  private void file(String name, byte[] content, Instant time) throws IOException {
    begin(TarHeader.Type.FILE, name, content.length, time, NOTHING);
    tar.write(content);
    tar.end();
    pace.moved(content.length);
  }

  void directory(String place, ObjectParts parts) throws IOException {
    byte[] attribute = attribute(parts.attribute());
    begin(TarHeader.Type.DIRECTORY, place + "/", 0, parts.changed(), attribute);
    tar.end();
  }

  /** An object without data. */
  void empty(String place, ObjectParts parts) throws IOException {
    begin(TarHeader.Type.FILE, place, 0, parts.changed(), attribute(parts.attribute()));
    tar.end();
  }

  void file(String place, ObjectParts parts) throws IOException {
    data(place, parts, attribute(parts.attribute()));
  }

  /** The data of an object whose attribute is another member's. */
  void data(String place, ObjectParts parts) throws IOException {
    data(place, parts, NOTHING);
  }

  private void data(String place, ObjectParts parts, byte[] attribute) throws IOException {
    ObjectContent content = ObjectContent.of(parts);
    byte[] head = content.head();
    begin(TarHeader.Type.FILE, place, content.size(), parts.changed(), attribute);
    tar.write(head);
    int checksum = EnvelopeHeader.checksumOf(head, 0, head.length);
    for (int i = 0; i < content.extents().size(); i++) {
      EnvelopeHeader header = content.read(i, tar::room);
      int length = header.envelopeLength();
      checksum = JoinedChecksum.of(checksum, JoinedChecksum.of(header, tar.room(length)), length);
      tar.take(length);
      pace.moved(length);
      moved += length;
      progress.moved(moved);
    }
    tar.write(new FieldWriter(Integer.BYTES).putInt(checksum).toBytes());
    tar.end();
  }

  /** Another name of a file that was written. */
  void link(String place, String target, ObjectParts parts) throws IOException {
    tar.begin(
        new TarWriter.Member(
            TarHeader.Type.LINK, place, FILE, 0, parts.changed(), target, NOTHING));
    tar.end();
  }

  private void begin(TarHeader.Type type, String name, long size, Instant time, byte[] attribute)
      throws IOException {
    int mode = type == TarHeader.Type.DIRECTORY ? DIRECTORY : FILE;
    tar.begin(new TarWriter.Member(type, name, mode, size, time, "", attribute));
  }

  /** Records as the attribute of a file; nothing of none. */
  static byte[] attribute(ObjectRecords records) {
    return records.isEmpty() ? NOTHING : Base64.getEncoder().encode(records.encode());
  }

  /** Returns when the whole archive is in the channel. */
  void end() throws IOException {
    tar.finish();
    out.end();
  }

  /** What is not written yet, is not. */
  @Override
  public void close() {
    out.close();
  }
}
