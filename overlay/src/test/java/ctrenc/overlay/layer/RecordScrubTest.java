package ctrenc.overlay.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.scrub.RecordScrub;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.scrub.ScrubSink;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Without a layer's key, records that need others are found when those are gone. */
class RecordScrubTest {

  private static final long LAYER = 3;
  private static final long DIRECTORY = 100;
  private static final long FILE = 101;

  private final MemoryMetaStore meta = new MemoryMetaStore();
  private final List<ScrubFinding> findings = new ArrayList<>();

  @BeforeEach
  void write() throws IOException {
    EncryptedLayer layer = TestLayers.encrypted(meta, LAYER, DIRECTORY);
    try (LayerBatch batch = layer.batch()) {
      batch.putInode(DIRECTORY, TestLayers.file(0));
      batch.putInode(FILE, TestLayers.file(3));
      batch.putEntry(DIRECTORY, new DirectoryEntry.Child(Name.of("file"), FILE, 8));
      ExtentReference extent = layer.append(new byte[] {1, 2, 3}, 0, 3);
      batch.replace(FILE, new FileRun.Data(0, extent));
      batch.commit();
    }
  }

  private List<String> reasons() throws IOException {
    findings.clear();
    new RecordScrub(meta, LAYER, new UUID(0, 1), List.of(), Pace.unlimited(), new Told()).run();
    return findings.stream().map(ScrubFinding::reason).toList();
  }

  private void delete(Table table, byte[] key) throws IOException {
    try (MetaBatch batch = meta.batch()) {
      batch.delete(table, key);
      meta.commit(batch);
    }
  }

  @Test
  void soundLayerHasNoFindings() throws IOException {
    assertThat(reasons()).isEmpty();
  }

  @Test
  void extentThatAFileNeedsIsMissed() throws IOException {
    delete(Table.PLACE, RecordKeys.inode(LAYER, 1));
    assertThat(reasons()).containsExactly("It leads to extent 1, which is nowhere.");
  }

  @Test
  void inodeOfEntriesAndReferencesIsMissed() throws IOException {
    delete(Table.INODE, RecordKeys.inode(LAYER, FILE));
    assertThat(reasons())
        .containsExactlyInAnyOrder(
            "It leads to inode 101, which is nowhere.",
            "It is of an inode that is not in the layer.");
  }

  /** Keeps what it is told. */
  private final class Told implements ScrubSink {

    @Override
    public void found(ScrubFinding finding) {
      findings.add(finding);
    }

    @Override
    public void verified(ScrubPosition next, long bytes) {}

    @Override
    public void locked(UUID layer) {}
  }
}
