package ctrenc.overlay.export;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import ctrenc.overlay.storage.DamagedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Instant;

/**
 * Writes a tar archive in the pax format of POSIX, byte for byte as the library does that reads it.
 * Data is put together where it is written from. Used by one thread.
 */
final class TarWriter {

  private static final int BLOCK = 10 << 10;
  private static final int PAX_MODE = 0100644;
  private static final String PAX_FOLDER = "./PaxHeaders.X/";

  /**
   * What stands before the data of a member.
   *
   * @param link the name that a link leads to, or nothing
   * @param attribute value of its extended attribute {@link ArchiveSink#XATTR}, or nothing
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
  record Member(
      TarHeader.Type type,
      String name,
      int mode,
      long size,
      Instant changed,
      String link,
      byte[] attribute) {}

  private final OutputBehind out;
  private final TarHeader header = new TarHeader();

  /** Bytes of the archive so far. */
  private long written;

  /** Bytes of the member that are still to come. */
  private long left;

  TarWriter(OutputBehind out) {
    this.out = out;
  }

  void begin(Member member) throws IOException {
    byte[] extended = extended(member);
    if (extended.length > 0) {
      String name = PAX_FOLDER + member.name().replace('/', '_');
      String fitting = name.substring(0, Math.min(name.length(), TarHeader.LONGEST_NAME));
      put(header.of(TarHeader.Type.PAX, fitting, PAX_MODE, extended.length, member.changed(), ""));
      put(extended);
      fill(TarHeader.LENGTH);
    }
    put(
        header.of(
            member.type(),
            member.name(),
            member.mode(),
            member.size(),
            member.changed(),
            member.link()));
    left = member.size();
  }

  /** What the header of a member has no place for, in the library's order. */
  private static byte[] extended(Member member) {
    ByteArrayOutputStream all = new ByteArrayOutputStream(0);
    if (member.attribute().length > 0) {
      extend(all, ArchiveSink.ATTRIBUTE, member.attribute());
    }
    if (member.name().length() > TarHeader.LONGEST_NAME) {
      extend(all, "path", member.name().getBytes(UTF_8));
    }
    if (member.size() > TarHeader.LARGEST) {
      extend(all, "size", Long.toString(member.size()).getBytes(US_ASCII));
    }
    if (member.link().length() > TarHeader.LONGEST_NAME) {
      extend(all, "linkpath", member.link().getBytes(UTF_8));
    }
    return all.toByteArray();
  }

  /**
   * A record: its length, of which the length's own digits are part, a space, key=value, a line.
   */
  private static void extend(ByteArrayOutputStream all, String key, byte[] value) {
    int rest = key.length() + value.length + " =\n".length();
    int length = rest + Integer.toString(rest).length();
    length = rest + Integer.toString(length).length();
    all.writeBytes((length + " " + key + "=").getBytes(US_ASCII));
    all.writeBytes(value);
    all.write('\n');
  }

  /** Where the next data of the member is put together. */
  MemorySegment room(int length) {
    return out.room(length);
  }

  /** Takes the first bytes of the {@link #room}. */
  void take(int length) throws IOException {
    written += length;
    left -= length;
    out.take(length);
  }

  void write(byte[] data) throws IOException {
    left -= data.length;
    put(data);
  }

  /**
   * @throws DamagedException if the member has more or fewer bytes than its header says
   */
  void end() throws IOException {
    if (left != 0) {
      throw new DamagedException("An extent has another length than its place says.");
    }
    fill(TarHeader.LENGTH);
  }

  /** Writes the mark that the archive ends here. */
  void finish() throws IOException {
    put(new byte[2 * TarHeader.LENGTH]);
    fill(BLOCK);
  }

  private void put(byte[] bytes) throws IOException {
    written += bytes.length;
    out.write(bytes);
  }

  /** Zeros up to the next multiple. */
  private void fill(int unit) throws IOException {
    int missing = (int) ((unit - written % unit) % unit);
    put(new byte[missing]);
  }
}
