package ctrenc.overlay.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The worked sizes of FORMAT.md are those of real records. */
class FormatSizesTest {

  private static final Pattern ROW =
      Pattern.compile("\\| ([\\d,]+) \\| (\\d+) \\| (\\d+) \\| (\\d+) \\| (\\d+) \\|");
  private static final long LAYER = 1;

  @Test
  void sizesAreAsDocumented() throws IOException {
    int rows = 0;
    String page = Files.readString(Path.of("FORMAT.md"));
    String part = page.substring(page.indexOf("### What a file takes"));
    Matcher row = ROW.matcher(part.substring(0, part.indexOf("## Catalog")));
    while (row.find()) {
      int size = Integer.parseInt(row.group(1).replace(",", ""));
      List<Integer> documented =
          List.of(number(row, 2), number(row, 3), number(row, 4), number(row, 5));
      assertThat(sizesOf(size)).as("a file of " + size + " bytes").isEqualTo(documented);
      rows++;
    }
    assertThat(rows).isEqualTo(4);
  }

  @Test
  void sizesAreSteppedSoThatTheyTellLittle() throws IOException {
    assertThat(sizesOf(1).get(1)).isEqualTo(sizesOf(26).get(1));
    assertThat(sizesOf(27).get(1)).isEqualTo(sizesOf(1).get(1) + SealedForm.SMALL_STEP);
    assertThat(sizesOf(2048).get(1)).isEqualTo(sizesOf(2000).get(1));
  }

  private static int number(Matcher row, int group) {
    return Integer.parseInt(row.group(group));
  }

  private static List<Integer> sizesOf(int size) throws IOException {
    MemoryMetaStore meta = new MemoryMetaStore();
    EncryptedLayer layer = TestLayers.encrypted(meta, LAYER, 100);
    try (LayerBatch batch = layer.batch()) {
      boolean small = size > 0 && size <= InodeRecord.SMALL_LIMIT;
      InodeRecord.Body body = small ? new InodeRecord.Body.Small(new byte[size]) : InodeRecord.RUNS;
      batch.putInode(100, TestLayers.record(FileMode.REGULAR | 0644, size, body));
      batch.putEntry(1, new DirectoryEntry.Child(Name.of("n".repeat(31)), 100, 8));
      for (int at = 0; !small && at < size; at += ExtentStore.MAX_LENGTH) {
        int length = Math.min(ExtentStore.MAX_LENGTH, size - at);
        ExtentReference extent = layer.append(new byte[length], 0, length);
        batch.replace(100, new FileRun.Data(at, extent));
      }
      batch.commit();
    }
    int entry = bytesIn(meta, Table.ENTRY);
    int inode = bytesIn(meta, Table.INODE);
    int references = bytesIn(meta, Table.REFERENCE);
    return List.of(entry, inode, references, entry + inode + references);
  }

  private static int bytesIn(MemoryMetaStore meta, Table table) throws IOException {
    int bytes = 0;
    byte[] from = RecordKeys.layer(LAYER);
    try (MetaCursor cursor = meta.scan(table, from, RecordKeys.layer(LAYER + 1))) {
      while (cursor.next()) {
        bytes += cursor.key().length + cursor.value().length;
      }
    }
    return bytes;
  }
}
