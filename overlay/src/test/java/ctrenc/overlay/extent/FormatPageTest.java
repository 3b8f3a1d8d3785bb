package ctrenc.overlay.extent;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.storage.MemoryStorage;
import ctrenc.overlay.storage.StoreHeader;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** FORMAT.md says what real files look like, byte for byte, and what a file takes. */
final class FormatPageTest {

  private static final Pattern FIELD = Pattern.compile("(?m)^\\| (\\d+) \\| (\\d+) \\| (.*) \\|$");
  private static final Pattern SIZES =
      Pattern.compile("(?m)^\\| ([\\d,]+) \\| ([\\d,]+) \\| ([\\d,]+) \\| ([\\d,]+) \\|$");
  private static final int SMALL_CONTENT = 2048;

  /** A field of a table: where it lies and what the page says of it. */
  private record Field(int offset, int length, String text) {
    byte[] in(byte[] bytes, int base) {
      return Arrays.copyOfRange(bytes, base + offset, base + offset + length);
    }

    long number(byte[] bytes, int base) {
      return new BigInteger(1, in(bytes, base)).longValueExact();
    }
  }

  private final MemoryStorage storage = new MemoryStorage();
  private final MemoryMetaStore meta = new MemoryMetaStore();
  private final ExtentFixture fixture = new ExtentFixture();
  private String page = "";

  @BeforeEach
  void read() throws IOException {
    page = Files.readString(Path.of("FORMAT.md"));
    fixture.tuning = ExtentTuning.standard();
  }

  @Test
  void theStoreFileIsAsDescribed() throws IOException {
    UUID id = UUID.randomUUID();
    new StoreHeader(id, 0).write(storage);
    byte[] file = storage.bytes(StoreHeader.NAME);
    List<Field> fields = fields("### The file store");
    assertThat(end(fields)).isEqualTo(StoreHeader.LENGTH).isEqualTo(file.length);
    checkPreamble(fields, file, "store");
    assertThat(fields.get(3).in(file, 0)).isEqualTo(bytes(id));
    assertThat(fields.get(4).number(file, 0)).isZero();
    checkChecksum(fields, file, 0);
  }

  @Test
  void aSegmentFileAndItsEnvelopesAreAsDescribed() throws IOException {
    ExtentReference reference;
    try (SegmentExtentStore store = fixture.open(storage, meta)) {
      reference = ExtentFixture.write(store, meta, ExtentFixture.bytes(1, 5000));
    }
    byte[] file = storage.bytes("segments/" + ExtentFixture.LAYER + "/1.seg");
    List<Field> head = fields("## Segment files");
    int base = SegmentFiles.FIRST_OFFSET;
    assertThat(end(head)).isEqualTo(base);
    checkPreamble(head, file, "segment");
    assertThat(head.get(3).in(file, 0)).isEqualTo(bytes(ExtentFixture.LAYER));
    assertThat(head.get(4).number(file, 0)).isEqualTo(1);
    checkChecksum(head, file, 0);

    List<Field> envelope = fields("### The envelope of an extent");
    assertThat(end(envelope)).isEqualTo(EnvelopeHeader.LENGTH);
    assertThat(new String(envelope.get(0).in(file, base))).isEqualTo("XTNT");
    assertThat(envelope.get(1).number(file, base)).isEqualTo(1);
    assertThat(envelope.get(2).number(file, base)).isEqualTo(2);
    assertThat(envelope.get(3).number(file, base)).isZero();
    assertThat(envelope.get(4).in(file, base)).isEqualTo(bytes(ExtentFixture.LAYER));
    assertThat(envelope.get(5).number(file, base)).isEqualTo(reference.extent());
    assertThat(ByteBuffer.wrap(envelope.get(7).in(file, base)).getLong())
        .isEqualTo(reference.sealHigh());
    assertThat(envelope.get(8).number(file, base)).isEqualTo(5000);
    assertThat(envelope.get(9).number(file, base)).isEqualTo(5032);
    byte[] sealed = Arrays.copyOfRange(file, base + EnvelopeHeader.LENGTH, file.length);
    assertThat(sealed).hasSize(5032);
    assertThat(envelope.get(10).number(file, base)).isEqualTo(checksum(sealed));
    checkChecksum(envelope, file, base);
  }

  @Test
  void whatAFilesExtentsTakeIsAsWorkedOut() throws IOException {
    String part = page.substring(page.indexOf("### What a file's extents take"));
    Matcher row = SIZES.matcher(part.substring(0, part.indexOf("## Records of layers")));
    Map<Long, List<Long>> worked = new TreeMap<>();
    while (row.find()) {
      worked.put(number(row, 1), List.of(number(row, 2), number(row, 3), number(row, 4)));
    }
    assertThat(worked.keySet()).containsExactly(0L, 1L, 5000L, 5_000_000L);
    for (Map.Entry<Long, List<Long>> file : worked.entrySet()) {
      assertThat(take(Math.toIntExact(file.getKey())))
          .as("a file of %d bytes", file.getKey())
          .isEqualTo(file.getValue());
    }
  }

  /** Extents, bytes in segment files and bytes in the location map that a file of zeros takes. */
  private List<Long> take(int size) throws IOException {
    MemoryStorage disk = new MemoryStorage();
    MemoryMetaStore records = new MemoryMetaStore();
    long extents = 0;
    try (SegmentExtentStore store = fixture.open(disk, records)) {
      for (int at = 0; size > SMALL_CONTENT && at < size; at += ExtentStore.MAX_LENGTH) {
        ExtentFixture.write(store, records, new byte[Math.min(ExtentStore.MAX_LENGTH, size - at)]);
        extents++;
      }
    }
    long stored = 0;
    for (String name : disk.names()) {
      stored += disk.bytes(name).length - SegmentFiles.FIRST_OFFSET;
    }
    long map = 0;
    byte[] end = ExtentKeys.afterExtents(ExtentFixture.NUMBER);
    try (MetaCursor cursor = records.scan(Table.PLACE, new byte[0], end)) {
      while (cursor.next()) {
        map += cursor.key().length + cursor.value().length;
      }
    }
    return List.of(extents, stored, map);
  }

  /** The fields of the first table behind a heading, which must follow each other without gaps. */
  private List<Field> fields(String heading) {
    String part = page.substring(page.indexOf(heading + "\n") + heading.length());
    Matcher matcher = FIELD.matcher(part.substring(0, part.indexOf("\n#")));
    List<Field> fields = new ArrayList<>();
    while (matcher.find()) {
      Field field =
          new Field(
              Integer.parseInt(matcher.group(1)),
              Integer.parseInt(matcher.group(2)),
              matcher.group(3));
      assertThat(field.offset()).as(field.text()).isEqualTo(end(fields));
      fields.add(field);
    }
    assertThat(fields).as(heading).hasSizeGreaterThan(5);
    return fields;
  }

  private static int end(List<Field> fields) {
    return fields.isEmpty() ? 0 : fields.getLast().offset() + fields.getLast().length();
  }

  private static void checkPreamble(List<Field> fields, byte[] file, String name) {
    assertThat(fields.get(0).in(file, 0))
        .isEqualTo(new byte[] {(byte) 0x89, 'C', 'T', 'R', 'E', 'N', 'C', '\n'});
    assertThat(new String(fields.get(1).in(file, 0)).replace("\0", "")).isEqualTo(name);
    assertThat(fields.get(2).number(file, 0)).isEqualTo(1);
  }

  private static void checkChecksum(List<Field> fields, byte[] file, int base) {
    Field last = fields.getLast();
    byte[] before = Arrays.copyOfRange(file, base, base + last.offset());
    assertThat(last.number(file, base)).isEqualTo(checksum(before));
  }

  private static long checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return checksum.getValue();
  }

  private static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  private static long number(Matcher row, int group) {
    return Long.parseLong(row.group(group).replace(",", ""));
  }
}
