package ctrenc.overlay.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.storage.DamagedException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.apache.commons.compress.archivers.ArchiveException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * A backup being read, as {@link ArchiveSink} wrote it or as GNU tar made it anew of what it had
 * extracted: its members come in any order. Not thread-safe.
 */
final class ArchiveSource {

  private static final int LONGEST = 256 << 20;
  private static final int DATA_HEAD = 1 + Integer.BYTES;

  /** What comes out of an archive. */
  interface Taker {
    void tree(ArchivedTree tree) throws IOException;

    void nested(ArchivedNested nested, boolean isWanted) throws IOException;

    void layer(LayerSummary layer) throws IOException;

    /**
     * @param isWanted whether they are among what was asked for
     */
    void records(ObjectRecords records, boolean isWanted) throws IOException;

    /**
     * @param envelope is written over when the next one comes
     */
    void extent(EnvelopeHeader header, MemorySegment envelope, boolean isWanted) throws IOException;
  }

  private final byte[] envelope =
      new byte[EnvelopeHeader.LENGTH + EnvelopeHeader.MAX_SEALED_LENGTH];
  private final ArchiveEnd end;
  private final TarArchiveInputStream tar;
  private final Predicate<String> wanted;
  private final TransferProgress progress;

  /**
   * @param wanted tells of a place whether its object is asked for
   */
  ArchiveSource(InputStream in, Predicate<String> wanted, TransferProgress progress) {
    this.end = new ArchiveEnd(in);
    this.tar = new TarArchiveInputStream(end, UTF_8.name());
    this.wanted = wanted;
    this.progress = progress;
  }

  /** Hands out everything; an archive that is cut between two members is refused, too. */
  void read(Taker taker) throws IOException {
    try {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        read(entry, taker);
        progress.moved(tar.getBytesRead());
      }
      end.check();
    } catch (EOFException | ArchiveException | IllegalArgumentException e) {
      throw damaged(e);
    } catch (IOException e) {
      // The library has no type of its own for every damage.
      throw e.getClass() == IOException.class ? damaged(e) : e;
    }
  }

  private static DamagedException damaged(Exception cause) {
    return new DamagedException("The archive is cut or damaged.", cause);
  }

  private void read(TarArchiveEntry entry, Taker taker) throws IOException {
    String name = entry.getName().replaceFirst("^(\\./)+", "").replaceFirst("/$", "");
    if (name.equals(ArchiveSink.ROOT)) {
      taker.tree(ArchivedTree.decode(content(entry)));
    } else if (name.startsWith(ArchiveSink.LAYERS) && !entry.isDirectory()) {
      taker.layer(LayerSummary.decode(content(entry)));
    } else if (name.startsWith(ObjectTree.OBJECTS) && name.endsWith(ArchivedNested.MEMBER)) {
      nested(entry, name.substring(ObjectTree.OBJECTS.length()), taker);
    } else if (name.startsWith(ObjectTree.OBJECTS)) {
      object(entry, name.substring(ObjectTree.OBJECTS.length()), taker);
    } else if (!entry.isDirectory()) {
      throw new DamagedException("The archive is no backup, or more: it has " + name + ".");
    }
  }

  /** Whoever wants anything of what is nested there wants to know of it. */
  private void nested(TarArchiveEntry entry, String name, Taker taker) throws IOException {
    String folder = ArchivedNested.MEMBER.substring(0, ArchivedNested.FOLDER.length() - 1);
    String anchor = name.substring(0, name.length() - ArchivedNested.MEMBER.length());
    taker.nested(ArchivedNested.decode(content(entry)), wanted.test(anchor + folder));
  }

  private void object(TarArchiveEntry entry, String place, Taker taker) throws IOException {
    boolean isWanted = wanted.test(place);
    Optional<String> attribute =
        Optional.ofNullable(entry.getExtraPaxHeaders().get(ArchiveSink.ATTRIBUTE));
    // A hard link has the attribute of the file that it is to, which came before it.
    if (entry.isLink()) {
      return;
    }
    if (attribute.isPresent()) {
      byte[] records = Base64.getDecoder().decode(attribute.get());
      taker.records(ObjectRecords.decode(records), isWanted);
    }
    if (!entry.isDirectory() && entry.getSize() > 0) {
      data(place, taker, isWanted);
    }
  }

  private void data(String place, Taker taker, boolean isWanted) throws IOException {
    CheckedInputStream in = new CheckedInputStream(tar, new CRC32C());
    FieldReader head = new FieldReader(exactly(in, DATA_HEAD), "object " + place);
    head.version(ObjectContent.VERSION);
    int length = head.getInt();
    if (length < 0 || length > LONGEST) {
      throw head.damaged("has records of an impossible length");
    }
    ObjectRecords records = ObjectRecords.decode(exactly(in, length));
    taker.records(records, isWanted);
    int extents = ByteBuffer.wrap(exactly(in, Integer.BYTES)).getInt();
    for (int left = extents; left > 0; left--) {
      extent(in, taker, isWanted);
    }
    int checksum = (int) in.getChecksum().getValue();
    if (ByteBuffer.wrap(exactly(in, Integer.BYTES)).getInt() != checksum || tar.read() >= 0) {
      throw head.damaged("is not what was backed up");
    }
  }

  private void extent(InputStream in, Taker taker, boolean isWanted) throws IOException {
    byte[] head = exactly(in, EnvelopeHeader.LENGTH);
    EnvelopeHeader header = EnvelopeHeader.decode(head, "in the archive");
    System.arraycopy(head, 0, envelope, 0, head.length);
    if (in.readNBytes(envelope, head.length, header.sealedLength()) < header.sealedLength()) {
      throw new EOFException();
    }
    MemorySegment whole = MemorySegment.ofArray(envelope).asSlice(0, header.envelopeLength());
    taker.extent(header, whole, isWanted);
  }

  private byte[] content(TarArchiveEntry entry) throws IOException {
    if (entry.getSize() > LONGEST) {
      throw new DamagedException("The archive has a member of an impossible length.");
    }
    return tar.readNBytes((int) entry.getSize());
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }
}
