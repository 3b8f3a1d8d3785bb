package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.ReplayCheck;
import ctrenc.overlay.meta.RocksMetaStore;
import ctrenc.overlay.meta.RocksTuning;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A record that is damaged is told once, whether its shape tells it or its seal, or both. */
@Timeout(60)
class FoundRecordsTest extends VerifiedCase {

  @Test
  void recordThatDoesNotOpenIsToldOnceWithItsFile() throws Exception {
    UUID root = verified.create("r");
    FileSystemUser user = verified.user(root);
    user.put("/file", pattern(1, 5000));
    user.fileSystem().close();
    verified.store().subvolumes().lock(root);
    verified.close();
    cutReference();
    verified = new VerifiedStore(temporary);
    assertThat(verified.verify().findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.file()).isEmpty());
    verified.store().subvolumes().unlock(root, List.of(verified.machineKey()));
    assertThat(verified.verify().findings())
        .filteredOn(finding -> finding.subject().equals("reference record"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.file()).contains("/file"));
  }

  /** Takes the seal from the only reference that there is. */
  private void cutReference() throws IOException {
    try (RocksMetaStore meta =
        RocksMetaStore.open(temporary.resolve("meta"), RocksTuning.standard(), ReplayCheck.NONE)) {
      byte[] key;
      byte[] value;
      try (MetaCursor cursor = meta.scan(Table.REFERENCE, new byte[0], new byte[] {1})) {
        assertThat(cursor.next()).isTrue();
        key = cursor.key();
        value = cursor.value();
        assertThat(cursor.next()).isFalse();
      }
      try (MetaBatch batch = meta.batch()) {
        batch.put(Table.REFERENCE, key, Arrays.copyOf(value, value.length / 2));
        meta.commit(batch);
      }
    }
  }
}
