package ctrenc.daemon.image;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.TimeSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads a tar archive front to back: ustar, pax and GNU forms, sparse files of every kind GNU tar
 * has written. A library was not used because names and extended attributes are bytes, and those at
 * hand turn them into text (see the decision records). Not thread-safe.
 */
final class TarReader {

  /** Takes the data of a member. */
  @FunctionalInterface
  interface Sink {
    void write(long offset, byte[] bytes, int length) throws IOException;
  }

  /**
   * Extended headers and long names are held in memory: an attribute is at most 64 KiB, a path at
   * most 4 KiB.
   */
  private static final int MAX_EXTENDED = 4 << 20;

  private static final int BUFFER = 256 * 1024;

  /** The number after it says "no owner" to chown(2). */
  private static final long LAST_OWNER = 0xffff_fffeL;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private PaxRecords global = PaxRecords.none();
  private List<TarMember.Run> runs = List.of();
  private long dataLeft;
  private long padding;
  private boolean isAnythingRead;

  TarReader(InputStream in) {
    this.in = in;
  }

  /**
   * The next member; nothing at the archive's end, which has been read to the stream's end then.
   */
  Optional<TarMember> next() throws IOException {
    skipFully(dataLeft + padding);
    dataLeft = 0;
    padding = 0;
    PaxRecords pax = PaxRecords.none();
    Optional<byte[]> longName = Optional.empty();
    Optional<byte[]> longLink = Optional.empty();
    while (true) {
      Optional<TarHeader> header = header();
      if (header.isEmpty()) {
        return Optional.empty();
      }
      switch (header.get().type()) {
        case 'x', 'X' -> pax = PaxRecords.parse(body(header.get()));
        case 'g' -> global = PaxRecords.parse(body(header.get())).over(global);
        case 'L' -> longName = Optional.of(untilZero(body(header.get())));
        case 'K' -> longLink = Optional.of(untilZero(body(header.get())));
        case 'V' -> body(header.get());
        default -> {
          return Optional.of(member(header.get(), pax.over(global), longName, longLink));
        }
      }
    }
  }

  private Optional<TarHeader> header() throws IOException {
    byte[] block = new byte[TarHeader.SIZE];
    int count = in.readNBytes(block, 0, block.length);
    if (count < block.length) {
      throw RefusedException.invalid(
          isAnythingRead || count > 0
              ? "The archive is cut off: it ends without its end mark."
              : "The archive is empty.");
    }
    isAnythingRead = true;
    if (TarHeader.isEnd(block)) {
      drain();
      return Optional.empty();
    }
    return Optional.of(TarHeader.parse(block));
  }

  /** To the very end, so that checksums and digests of the whole stream are checked. */
  private void drain() throws IOException {
    while (in.read(buffer) >= 0) {
      // What follows the end mark is padding.
    }
  }

  private byte[] body(TarHeader header) throws IOException {
    long size = header.size();
    if (size < 0 || size > MAX_EXTENDED) {
      throw RefusedException.invalid(
          "The archive holds an extended header of " + size + " bytes, more than any file needs.");
    }
    byte[] body = new byte[(int) size];
    readFully(body, body.length);
    skipFully(paddingOf(size));
    return body;
  }

  private static byte[] untilZero(byte[] text) {
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    return Arrays.copyOf(text, end);
  }

  private TarMember member(
      TarHeader header, PaxRecords pax, Optional<byte[]> longName, Optional<byte[]> longLink)
      throws IOException {
    byte[] plainName = pax.bytes("path").or(() -> longName).orElseGet(header::name);
    byte[] name = pax.bytes("GNU.sparse.name").orElse(plainName);
    byte[] link = pax.bytes("linkpath").or(() -> longLink).orElseGet(header::link);
    TarMember.Kind kind = kind(header, name);
    long stored = kind == TarMember.Kind.FILE ? pax.number("size").orElse(header.size()) : 0;
    if (stored < 0) {
      throw RefusedException.invalid("The archive is damaged: a member has a negative size.");
    }
    dataLeft = stored;
    padding = paddingOf(stored);
    SparseMap map = new SparseMap(in, header, pax, stored);
    SparseMap.Ranges ranges = map.read();
    dataLeft = stored - map.consumed();
    runs = ranges.runs();
    TimeSpec modified = pax.time("mtime").orElse(new TimeSpec(header.modified(), 0));
    return new TarMember(
        name,
        kind,
        link,
        header.mode(),
        owner(pax.number("uid").orElse(header.uid())),
        owner(pax.number("gid").orElse(header.gid())),
        pax.time("atime").orElse(modified),
        modified,
        isDevice(kind) ? header.major() : 0,
        isDevice(kind) ? header.minor() : 0,
        ranges.size(),
        runs,
        pax.attributes());
  }

  /** Cut to what Linux has room for it would be another one's number, such as root's. */
  private static int owner(long number) throws RefusedException {
    if (number < 0 || number > LAST_OWNER) {
      throw RefusedException.invalid(
          "The archive names the owner "
              + number
              + ", which Linux has no room for: it is not unpacked.");
    }
    return (int) number;
  }

  private static boolean isDevice(TarMember.Kind kind) {
    return kind == TarMember.Kind.CHARACTER_DEVICE || kind == TarMember.Kind.BLOCK_DEVICE;
  }

  private static TarMember.Kind kind(TarHeader header, byte[] name) throws RefusedException {
    return switch (header.type()) {
      case '0', '\0', '7', 'S' ->
          name.length > 0 && name[name.length - 1] == '/'
              ? TarMember.Kind.DIRECTORY
              : TarMember.Kind.FILE;
      case '1' -> TarMember.Kind.HARD_LINK;
      case '2' -> TarMember.Kind.SYMLINK;
      case '3' -> TarMember.Kind.CHARACTER_DEVICE;
      case '4' -> TarMember.Kind.BLOCK_DEVICE;
      case '5' -> TarMember.Kind.DIRECTORY;
      case '6' -> TarMember.Kind.FIFO;
      default ->
          throw RefusedException.invalid(
              "The archive holds a member of the unknown kind '" + header.type() + "'.");
    };
  }

  /** Hands the data of the present member to {@code sink}; once at most. */
  void content(Sink sink) throws IOException {
    for (TarMember.Run run : runs) {
      long offset = run.offset();
      long left = run.length();
      while (left > 0) {
        int part = (int) Math.min(left, buffer.length);
        if (part > dataLeft) {
          throw RefusedException.invalid(
              "The archive is damaged: a sparse file's map exceeds its data.");
        }
        readFully(buffer, part);
        dataLeft -= part;
        sink.write(offset, buffer, part);
        offset += part;
        left -= part;
      }
    }
  }

  private void readFully(byte[] target, int length) throws IOException {
    if (in.readNBytes(target, 0, length) < length) {
      throw cutOff();
    }
  }

  private void skipFully(long count) throws IOException {
    long left = count;
    while (left > 0) {
      int part = (int) Math.min(left, buffer.length);
      readFully(buffer, part);
      left -= part;
    }
  }

  private static RefusedException cutOff() {
    return RefusedException.invalid("The archive is cut off: it ends within a member.");
  }

  private static long paddingOf(long size) {
    return -size & (TarHeader.SIZE - 1);
  }
}
