package ctrenc.daemon.container;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.fake.FakeStore;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.proto.v1.ContainerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records and roots find each other again, and what a crash tore apart is dealt with. */
class KeptContainersTest {

  @TempDir Path home;

  private static ManagedContainer.Identity identity(String id, UUID subvolume) {
    return new ManagedContainer.Identity(
        id,
        "name-" + id,
        subvolume,
        "",
        Optional.empty(),
        java.time.Instant.EPOCH,
        ContainerSpec.newBuilder().setName("name-" + id).setKeep(true).build());
  }

  @Test
  void showsRootsWithoutRecordsAndDropsRecordsWithoutRoots() throws Exception {
    try (MachineKeyProtector key =
            new MachineKeyProtector(
                Secret.random(SecretMemory.plain(), Entropy.system(), MachineKeyProtector.LENGTH));
        FakeStore store = new FakeStore(home.resolve("store"))) {
      SubvolumeInfo whole = store.subvolumes().create("whole", new Base.Empty(), List.of(key));
      SubvolumeInfo lost = store.subvolumes().create("lost", new Base.Empty(), List.of(key));
      store.subvolumes().create("thrown", new Base.Empty(), List.of());
      Path directory = Files.createDirectory(home.resolve("records"));
      ContainerCatalog catalog = new ContainerCatalog(directory);
      catalog.write(identity("aa", whole.id()));
      catalog.write(identity("dd", UUID.randomUUID()));
      List<ManagedContainer.Identity> kept = new KeptContainers(store, catalog).load();
      assertThat(kept).hasSize(2).contains(identity("aa", whole.id()));
      assertThat(kept.getLast().subvolume()).isEqualTo(lost.id());
      assertThat(kept.getLast().name()).startsWith("lost-");
      assertThat(directory.resolve("dd.json")).doesNotExist();
      assertThat(directory.resolve("aa.json")).exists();
    }
  }
}
