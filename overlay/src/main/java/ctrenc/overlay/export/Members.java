package ctrenc.overlay.export;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.FormatTooOldException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/** Understands the members of a backup, which come in any order. Not thread-safe. */
final class Members {

  private static final int LONGEST = 256 << 20;
  private static final int DATA_HEAD = 1 + Integer.BYTES;

  /** Where a backup comes from. */
  interface Source {

    /** Hands out everything. */
    void read(Members members) throws IOException;
  }

  /** What comes out of a backup. */
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

  /**
   * A file or directory of a backup.
   *
   * @param name its path in the backup
   * @param attribute with its records
   */
  record Member(String name, boolean isDirectory, long size, Optional<String> attribute) {

    boolean isObject() {
      return name.startsWith(ObjectTree.OBJECTS);
    }

    /** The path of an object below "objects/". */
    String place() {
      return name.substring(ObjectTree.OBJECTS.length());
    }
  }

  private final byte[] envelope =
      new byte[EnvelopeHeader.LENGTH + EnvelopeHeader.MAX_SEALED_LENGTH];
  private final Picks wanted;
  private final Taker taker;

  /**
   * @param wanted tells of a place whether its object is asked for
   */
  Members(Picks wanted, Taker taker) {
    this.wanted = wanted;
    this.taker = taker;
  }

  /** Takes a member that is no link; one that cannot be what was backed up is refused by name. */
  void take(Member member, InputStream content) throws IOException {
    String name = member.name().isEmpty() ? "A member without a name" : member.name();
    try {
      understand(member, content);
    } catch (DamagedException e) {
      throw new DamagedException(name + ": " + e.getMessage(), e);
    } catch (FormatTooNewException e) {
      throw new FormatTooNewException(name + ": " + e.getMessage(), e);
    } catch (FormatTooOldException e) {
      throw new FormatTooOldException(name + ": " + e.getMessage(), e);
    } catch (EOFException | IllegalArgumentException e) {
      throw new DamagedException(name + " is cut or damaged.", e);
    }
  }

  private void understand(Member member, InputStream content) throws IOException {
    String name = member.name();
    if (name.equals(ArchiveSink.ROOT)) {
      taker.tree(ArchivedTree.decode(content(member, content)));
    } else if (name.startsWith(ArchiveSink.LAYERS) && !member.isDirectory()) {
      taker.layer(LayerSummary.decode(content(member, content)));
    } else if (member.isObject() && name.endsWith(ArchivedNested.MEMBER)) {
      nested(member, content);
    } else if (member.isObject()) {
      object(member, content);
    } else if (!member.isDirectory()) {
      throw new DamagedException("It is no file of a backup.");
    }
  }

  /** Whoever wants anything of what is nested there wants to know of it. */
  private void nested(Member member, InputStream content) throws IOException {
    String place = member.place();
    String folder = place.substring(0, place.lastIndexOf('/'));
    taker.nested(ArchivedNested.decode(content(member, content)), wanted.test(folder));
  }

  /** Takes a link to a member that came before, whose records and data it has. */
  void link(Member member, String target) throws DamagedException {
    if (!member.isObject() || !target.startsWith(ObjectTree.OBJECTS)) {
      return;
    }
    String place = target.substring(ObjectTree.OBJECTS.length());
    wanted.test(member.place());
    if (wanted.isOne(member.place()) && !wanted.test(place)) {
      throw new DamagedException(
          "The object %s is with its other name in this archive: pick %s."
              .formatted(member.place(), place));
    }
  }

  private void object(Member member, InputStream content) throws IOException {
    boolean isWanted = wanted.test(member.place());
    if (member.attribute().isPresent()) {
      byte[] records = Base64.getDecoder().decode(member.attribute().get());
      taker.records(ObjectRecords.decode(records), isWanted);
    }
    if (!member.isDirectory() && member.size() > 0) {
      data(member.place(), content, isWanted);
    }
  }

  private void data(String place, InputStream content, boolean isWanted) throws IOException {
    CheckedInputStream in = new CheckedInputStream(content, new CRC32C());
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
      extent(in, isWanted);
    }
    int checksum = (int) in.getChecksum().getValue();
    if (ByteBuffer.wrap(exactly(in, Integer.BYTES)).getInt() != checksum || content.read() >= 0) {
      throw head.damaged("is not what was backed up");
    }
  }

  private void extent(InputStream in, boolean isWanted) throws IOException {
    byte[] head = exactly(in, EnvelopeHeader.LENGTH);
    EnvelopeHeader header = EnvelopeHeader.decode(head, "in the archive");
    System.arraycopy(head, 0, envelope, 0, head.length);
    if (in.readNBytes(envelope, head.length, header.sealedLength()) < header.sealedLength()) {
      throw new EOFException();
    }
    MemorySegment whole = MemorySegment.ofArray(envelope).asSlice(0, header.envelopeLength());
    taker.extent(header, whole, isWanted);
  }

  private static byte[] content(Member member, InputStream content) throws IOException {
    if (member.size() > LONGEST) {
      throw new DamagedException("A member of the archive has an impossible length.");
    }
    return content.readNBytes((int) member.size());
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }
}
