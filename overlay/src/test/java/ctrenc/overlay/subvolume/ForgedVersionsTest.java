package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.ReplayCheck;
import ctrenc.overlay.meta.RocksMetaStore;
import ctrenc.overlay.meta.RocksTuning;
import ctrenc.overlay.meta.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A record that says that a newer release wrote it is a finding, and ends no verification. */
@Timeout(300)
class ForgedVersionsTest extends VerifiedCase {

  private static final List<Table> TABLES =
      List.of(Table.LAYER, Table.INODE, Table.ENTRY, Table.REFERENCE, Table.PLACE, Table.ORPHAN);

  private record Stored(Table table, byte[] key, byte[] value) {}

  @Test
  void newerVersionIsFoundInEveryRecordAndEndsNoVerification() throws Exception {
    UUID root = verified.lockedRoot();
    verified.close();
    List<Stored> records = records();
    assertThat(records.stream().map(Stored::table).distinct()).containsExactlyElementsOf(TABLES);
    for (Stored stored : records) {
      byte[] newer = stored.value().clone();
      newer[0] += 16;
      put(stored, newer);
      verified = new VerifiedStore(temporary);
      String what = stored.table() + " " + HexFormat.of().formatHex(stored.key());
      assertThat(verified.verify().findings()).as("%s, locked", what).isNotEmpty();
      verified.store().subvolumes().unlock(root, List.of(verified.machineKey()));
      CollectedFindings told = verified.verify();
      assertThat(told.findings()).as("%s, unlocked", what).isNotEmpty();
      assertThat(told.lockedLayers()).as("%s, unlocked", what).isEmpty();
      verified.close();
      put(stored, stored.value());
    }
    verified = new VerifiedStore(temporary);
    assertThat(verified.verify().findings()).isEmpty();
  }

  private List<Stored> records() throws IOException {
    List<Stored> records = new ArrayList<>();
    try (RocksMetaStore meta = meta()) {
      for (Table table : TABLES) {
        try (MetaCursor cursor = meta.scan(table, new byte[0], new byte[] {1})) {
          while (cursor.next()) {
            records.add(new Stored(table, cursor.key(), cursor.value()));
          }
        }
      }
    }
    return records;
  }

  private void put(Stored stored, byte[] value) throws IOException {
    try (RocksMetaStore meta = meta();
        MetaBatch batch = meta.batch()) {
      batch.put(stored.table(), stored.key(), value);
      meta.commit(batch);
    }
  }

  private RocksMetaStore meta() throws IOException {
    return RocksMetaStore.open(temporary.resolve("meta"), RocksTuning.standard(), ReplayCheck.NONE);
  }
}
