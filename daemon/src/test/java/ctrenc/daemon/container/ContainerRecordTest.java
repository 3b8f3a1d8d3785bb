package ctrenc.daemon.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.proto.v1.Base;
import ctrenc.proto.v1.BindMount;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.Network;
import ctrenc.proto.v1.ProcessSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kept container is written down whole, but for what may be secret. */
class ContainerRecordTest {

  private static ContainerSpec.Builder spec() {
    return ContainerSpec.newBuilder()
        .setName("kept")
        .setKeep(true)
        .setBase(Base.newBuilder().setHostDirectory("/srv"))
        .setHostname("h")
        .setNetwork(Network.NETWORK_HOST)
        .setMemoryLimit(5)
        .setCpuLimitMillis(6)
        .setReadOnly(true)
        .addMounts(BindMount.newBuilder().setSource("/a").setTarget("/b").setReadOnly(true));
  }

  private static ManagedContainer.Identity identity(ContainerSpec spec) {
    return new ManagedContainer.Identity(
        "abc123",
        "kept",
        UUID.fromString("00000000-0000-0000-0000-000000000001"),
        "/srv",
        Optional.of(UUID.fromString("00000000-0000-0000-0000-000000000002")),
        Instant.parse("2026-01-02T03:04:05.678Z"),
        spec);
  }

  @Test
  void comesBackAsItWasWritten() {
    ManagedContainer.Identity written = identity(spec().build());
    assertThat(ContainerRecord.decode(ContainerRecord.encode(written))).isEqualTo(written);
  }

  @Test
  void holdsNeitherArgumentsNorEnvironment() {
    ProcessSpec process = ProcessSpec.newBuilder().addArgs("canary-1").addEnv("X=canary-2").build();
    String text = ContainerRecord.encode(identity(spec().setProcess(process).build()));
    assertThat(text).doesNotContain("canary");
  }

  @Test
  void leavesOutRecordsThatDoNotRead(@TempDir Path directory) throws Exception {
    ContainerCatalog catalog = new ContainerCatalog(directory);
    catalog.write(identity(spec().build()));
    Files.writeString(directory.resolve("broken.json"), "{\"version\":");
    Files.writeString(directory.resolve("newer.json"), "{\"version\":99}");
    assertThat(catalog.read()).containsExactly(identity(spec().build()));
    catalog.remove("abc123");
    assertThat(catalog.read()).isEmpty();
    assertThatThrownBy(() -> ContainerRecord.decode("{\"version\":99}"))
        .isInstanceOf(RuntimeException.class);
  }
}
