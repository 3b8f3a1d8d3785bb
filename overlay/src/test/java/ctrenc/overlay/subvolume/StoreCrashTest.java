package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Creating, destroying, importing and removing, interrupted everywhere. */
class StoreCrashTest {

  @TempDir Path temporary;
  private CrashingStore store = new CrashingStore(Path.of("."));

  @BeforeEach
  void make() {
    store = new CrashingStore(temporary);
  }

  @Test
  void destroyIsFinishedAtTheNextOpen() throws IOException {
    store.interruptEverywhere(
        () -> {
          UUID id = store.create("p", List.of(store.machineKey()));
          store.subvolumes().open(id).close();
        },
        () -> store.subvolumes().destroy(store.subvolumes().find("p").orElseThrow().id()));
  }

  @Test
  void createIsWholeOrNotAtAll() throws IOException {
    store.interruptEverywhere(() -> {}, () -> store.create("p", List.of(store.machineKey())));
  }

  @Test
  void importIsWholeOrNotAtAll() throws IOException {
    store.interruptEverywhere(() -> {}, () -> store.importImage("i"));
  }

  @Test
  void imageRemovalIsFinishedAtTheNextOpen() throws IOException {
    store.interruptEverywhere(
        () -> store.importImage("i"),
        () -> store.images().remove(store.images().find("i").orElseThrow()));
  }

  @Test
  void throwawayIsGoneWhateverItWasDoing() throws IOException {
    store.interruptEverywhere(
        () -> {},
        () -> {
          UUID id = store.create("t", List.of());
          store.subvolumes().open(id).close();
        });
    assertThat(store.subvolumes().list()).isEmpty();
  }
}
