package ctrenc.overlay.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LayerSurveyTest {

  private static final int MOST = 3;

  private final MemoryMetaStore meta = new MemoryMetaStore();

  @Test
  void aLayerThatDoesNotChangeIsReadOnce() throws IOException {
    EncryptedLayer layer = TestLayers.encrypted(meta, 3, 100);
    add(layer, 101, "a");
    assertThat(layer.inodes(MOST).orElseThrow()).containsExactly(101);
    assertThat(layer.entryFilter(MOST).orElseThrow().mayHave(5, Name.of("a"))).isTrue();
    long before = meta.calls();
    assertThat(layer.inodes(MOST).orElseThrow()).containsExactly(101);
    assertThat(layer.entryFilter(MOST).orElseThrow().mayHave(5, Name.of("a"))).isTrue();
    assertThat(meta.calls()).isEqualTo(before);
  }

  @Test
  void whatIsAddedLaterIsFound() throws IOException {
    EncryptedLayer layer = TestLayers.encrypted(meta, 3, 100);
    for (int i = 1; i <= MOST; i++) {
      add(layer, 100 + i, "name" + i);
      assertThat(layer.inodes(MOST).orElseThrow()).hasSize(i).contains(100 + i);
      assertThat(layer.entryFilter(MOST).orElseThrow().mayHave(5, Name.of("name" + i))).isTrue();
    }
    add(layer, 200, "one too many");
    assertThat(layer.inodes(MOST)).isEmpty();
    assertThat(layer.entryFilter(MOST)).isEmpty();
    long before = meta.calls();
    assertThat(layer.inodes(MOST)).isEmpty();
    assertThat(layer.entryFilter(MOST)).isEmpty();
    assertThat(meta.calls()).as("that they are too many is known as well").isEqualTo(before);
    assertThat(layer.inodes(MOST + 1).orElseThrow()).hasSize(MOST + 1);
  }

  private static void add(EncryptedLayer layer, long inode, String name) throws IOException {
    try (LayerBatch batch = layer.batch()) {
      batch.putInode(inode, TestLayers.file(0));
      batch.putEntry(5, new DirectoryEntry.Child(Name.of(name), inode, 8));
      batch.commit();
    }
  }
}
