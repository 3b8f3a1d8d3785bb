package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.ReplayCheck;
import ctrenc.overlay.meta.RocksMetaStore;
import ctrenc.overlay.meta.RocksTuning;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Somebody who has the disk puts sealed records of yesterday in the place of today's: each one is
 * as it was sealed, and of its place. With keys it is found.
 */
@Timeout(300)
class ReplayedRecordsTest {

  @TempDir Path temporary;
  private VerifiedStore verified;
  private UUID root;
  private Map<Table, Map<ByteBuffer, byte[]>> old;

  @BeforeEach
  void writeTwice() throws Exception {
    verified = new VerifiedStore(temporary);
    root = verified.create("r");
    write(1);
    old = records();
    verified.store().subvolumes().unlock(root, List.of(verified.machineKey()));
    write(2);
  }

  private void write(int version) throws Exception {
    FileSystemUser user = verified.user(root);
    if (version == 1) {
      user.put("/stays", pattern(8, 100));
      user.put("/goes", pattern(8, 100));
    } else {
      user.unlink("/goes");
    }
    user.put("/file", pattern(version, 9000));
    user.put("/renamed" + version, pattern(version, 10));
    user.fileSystem().close();
    verified.store().subvolumes().lock(root);
  }

  @AfterEach
  void close() throws IOException {
    verified.close();
  }

  /** All that is stored, by table. */
  private Map<Table, Map<ByteBuffer, byte[]>> records() throws IOException {
    Map<Table, Map<ByteBuffer, byte[]>> found = new HashMap<>();
    verified.close();
    try (RocksMetaStore meta = meta()) {
      byte[] last = new byte[64];
      Arrays.fill(last, (byte) 0xff);
      for (Table table : Table.values()) {
        Map<ByteBuffer, byte[]> records = new HashMap<>();
        try (MetaCursor cursor = meta.scan(table, new byte[0], last)) {
          while (cursor.next()) {
            records.put(ByteBuffer.wrap(cursor.key()), cursor.value());
          }
        }
        found.put(table, records);
      }
    }
    verified = new VerifiedStore(temporary);
    return found;
  }

  private RocksMetaStore meta() throws IOException {
    return RocksMetaStore.open(temporary.resolve("meta"), RocksTuning.standard(), ReplayCheck.NONE);
  }

  private List<ScrubFinding> findings() throws Exception {
    verified = new VerifiedStore(temporary);
    verified.store().subvolumes().unlock(root, List.of(verified.machineKey()));
    return verified.verify().findings();
  }

  @ParameterizedTest
  @EnumSource(
      value = Table.class,
      names = {"INODE", "REFERENCE"})
  void olderRecordIsFound(Table table) throws Exception {
    Map<ByteBuffer, byte[]> now = records().getOrDefault(table, Map.of());
    verified.close();
    int replayed = 0;
    for (Map.Entry<ByteBuffer, byte[]> one : old.getOrDefault(table, Map.of()).entrySet()) {
      byte[] newer = now.get(one.getKey());
      if (newer != null && !Arrays.equals(newer, one.getValue())) {
        put(table, one.getKey().array(), one.getValue());
        assertThat(findings()).extracting(ScrubFinding::kind).contains(Finding.Kind.STALE);
        verified.close();
        put(table, one.getKey().array(), newer);
        replayed++;
      }
    }
    assertThat(replayed).isPositive();
    assertThat(findings()).isEmpty();
  }

  /** The name of a removed file comes back, with the file. */
  @Test
  void removedFileThatComesBackIsFound() throws Exception {
    Map<Table, Map<ByteBuffer, byte[]>> now = records();
    verified.close();
    for (Table table : List.of(Table.INODE, Table.ENTRY)) {
      for (Map.Entry<ByteBuffer, byte[]> one : old.getOrDefault(table, Map.of()).entrySet()) {
        if (!now.getOrDefault(table, Map.of()).containsKey(one.getKey())) {
          put(table, one.getKey().array(), one.getValue());
        }
      }
    }
    List<ScrubFinding> found = findings();
    assertThat(found).extracting(ScrubFinding::kind).containsOnly(Finding.Kind.STALE);
    assertThat(found).extracting(ScrubFinding::subject).containsOnly("state root");
  }

  private void put(Table table, byte[] key, byte[] value) throws IOException {
    try (RocksMetaStore meta = meta();
        MetaBatch batch = meta.batch()) {
      batch.put(table, key, value);
      meta.commit(batch);
    }
  }
}
