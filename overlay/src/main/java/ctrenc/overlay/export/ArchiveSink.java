package ctrenc.overlay.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

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

  /** What the library gives to the output at once. */
  private static final int BLOCK = 10 << 10;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment memory = arena.allocate(LONGEST_ENVELOPE);
  private final byte[] envelope = new byte[LONGEST_ENVELOPE];
  private final TarArchiveOutputStream tar;
  private final Pace pace;
  private final TransferProgress progress;
  private long moved;

  ArchiveSink(OutputStream out, Pace pace, TransferProgress progress) {
    this.tar = new TarArchiveOutputStream(out, BLOCK, UTF_8.name());
    this.tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    this.tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
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
    open(new TarArchiveEntry(name), FILE, content.length, time, Optional.empty());
    tar.write(content);
    tar.closeArchiveEntry();
    pace.moved(content.length);
  }

  void directory(String place, ObjectParts parts) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(place + "/");
    open(entry, DIRECTORY, 0, parts.changed(), Optional.of(parts.attribute()));
    tar.closeArchiveEntry();
  }

  /** An object without data. */
  void empty(String place, ObjectParts parts) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(place);
    open(entry, FILE, 0, parts.changed(), Optional.of(parts.attribute()));
    tar.closeArchiveEntry();
  }

  void file(String place, ObjectParts parts) throws IOException {
    data(place, parts, Optional.of(parts.attribute()));
  }

  /** The data of an object whose attribute is another member's. */
  void data(String place, ObjectParts parts) throws IOException {
    data(place, parts, Optional.empty());
  }

  private void data(String place, ObjectParts parts, Optional<ObjectRecords> attribute)
      throws IOException {
    ObjectContent content = ObjectContent.of(parts);
    open(new TarArchiveEntry(place), FILE, content.size(), parts.changed(), attribute);
    CheckedOutputStream data = new CheckedOutputStream(tar, new CRC32C());
    data.write(content.head());
    for (int i = 0; i < content.extents().size(); i++) {
      int length = content.read(i, this::room);
      MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, envelope, 0, length);
      data.write(envelope, 0, length);
      pace.moved(length);
      moved += length;
      progress.moved(moved);
    }
    tar.write(new FieldWriter(4).putInt((int) data.getChecksum().getValue()).toBytes());
    tar.closeArchiveEntry();
  }

  private MemorySegment room(int length) {
    return memory.asSlice(0, length);
  }

  /** Another name of a file that was written. */
  void link(String place, String target, ObjectParts parts) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(place, TarConstants.LF_LINK);
    entry.setLinkName(target);
    open(entry, FILE, 0, parts.changed(), Optional.empty());
    tar.closeArchiveEntry();
  }

  private void open(
      TarArchiveEntry entry, int mode, long size, Instant time, Optional<ObjectRecords> attribute)
      throws IOException {
    entry.setMode(mode);
    entry.setIds(0, 0);
    entry.setNames("", "");
    entry.setSize(size);
    entry.setLastModifiedTime(FileTime.fromMillis(time.getEpochSecond() * 1000));
    if (attribute.isPresent() && !attribute.get().isEmpty()) {
      entry.addPaxHeader(ATTRIBUTE, text(attribute.get()));
    }
    tar.putArchiveEntry(entry);
  }

  /** Records as the attribute of a file. */
  static String text(ObjectRecords records) {
    return Base64.getEncoder().encodeToString(records.encode());
  }

  @Override
  public void close() throws IOException {
    try {
      tar.close();
    } finally {
      arena.close();
    }
  }
}
