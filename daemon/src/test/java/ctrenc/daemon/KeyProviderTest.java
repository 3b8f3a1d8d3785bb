package ctrenc.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import ctrenc.daemon.fake.DaemonUnderTest;
import ctrenc.daemon.fake.KeyService;
import ctrenc.daemon.fake.TestSettings;
import ctrenc.overlay.fuse.kernel.KernelTransport;
import ctrenc.overlay.subvolume.StoreDirectory;
import ctrenc.proto.v1.Base;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.CreateContainerRequest;
import ctrenc.proto.v1.HeldProtector;
import ctrenc.proto.v1.KeyProvider;
import ctrenc.proto.v1.ListProtectorsRequest;
import ctrenc.proto.v1.LockRequest;
import ctrenc.proto.v1.MountContainerRequest;
import ctrenc.proto.v1.ProtectorGroup;
import ctrenc.proto.v1.UnlockRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roots that a key provider opens: a real service, the real store, the kernel's FUSE. */
@Tag("kernel")
class KeyProviderTest {

  private static final HeldProtector VAULT =
      HeldProtector.newBuilder()
          .setKeyProvider(
              KeyProvider.newBuilder()
                  .setName("vault")
                  .setParameters(ByteString.copyFromUtf8("ring-1")))
          .build();

  @TempDir Path home;

  private DaemonUnderTest start() throws IOException {
    return new DaemonUnderTest(TestSettings.in(home), StoreDirectory::open, new KernelTransport());
  }

  private void configure(String address) throws IOException {
    Files.writeString(
        home.resolve("key-providers.json"),
        "{\"key-providers\": {\"vault\": {\"grpc\": \"%s\"}}}".formatted(address));
  }

  private static String create(DaemonUnderTest daemon) {
    ContainerSpec spec =
        ContainerSpec.newBuilder()
            .setName("served")
            .setKeep(true)
            .setBase(Base.newBuilder().setEmpty(true))
            .addProtection(ProtectorGroup.newBuilder().addMembers(VAULT))
            .build();
    return daemon
        .containers()
        .create(CreateContainerRequest.newBuilder().setSpec(spec).build())
        .getContainer()
        .getRoot();
  }

  private static String mount(DaemonUnderTest daemon) {
    return daemon
        .containers()
        .mount(MountContainerRequest.newBuilder().setReference("served").build())
        .getPath();
  }

  private static UnlockRequest unlock() {
    return UnlockRequest.newBuilder().setReference("served").addHeld(VAULT).build();
  }

  @Test
  void opensWhatItWrapped() throws Exception {
    try (KeyService service = new KeyService();
        DaemonUnderTest daemon = start()) {
      configure(service.address());
      Files.writeString(Path.of(create(daemon)).resolve("note"), "kept by the vault");
      assertThat(
              daemon
                  .keys()
                  .listProtectors(ListProtectorsRequest.newBuilder().setReference("served").build())
                  .getGroups(0)
                  .getTypesList())
          .containsExactly("provider");
      daemon.keys().lock(LockRequest.newBuilder().setReference("served").build());
      assertThatThrownBy(() -> mount(daemon)).hasMessageContaining("is locked");

      daemon.keys().unlock(unlock());
      assertThat(Path.of(mount(daemon)).resolve("note")).hasContent("kept by the vault");

      wasAsked(service);
    }
  }

  private static void wasAsked(KeyService service) {
    assertThat(service.asked()).hasSize(2);
    JsonObject wrap = service.asked().getFirst();
    assertThat(wrap.get("op").getAsString()).isEqualTo("keywrap");
    assertThat(
            wrap.getAsJsonObject("keywrapparams")
                .getAsJsonObject("ec")
                .getAsJsonObject("Parameters")
                .getAsJsonArray("vault")
                .get(0)
                .getAsString())
        .as("ring-1 in base 64")
        .isEqualTo("cmluZy0x");
    assertThat(service.asked().getLast().get("op").getAsString()).isEqualTo("keyunwrap");
  }

  @Test
  void saysWhenItDoesNotAnswerOrDidNotWrapIt() throws Exception {
    try (KeyService other = new KeyService();
        DaemonUnderTest daemon = start()) {
      assertThatThrownBy(() -> create(daemon)).hasMessageContaining("No key provider 'vault'");
      try (KeyService service = new KeyService()) {
        configure(service.address());
        create(daemon);
        daemon.keys().lock(LockRequest.newBuilder().setReference("served").build());
      }
      assertThatThrownBy(() -> daemon.keys().unlock(unlock()))
          .hasMessageContaining("The key provider vault at")
          .hasMessageContaining("UNAVAILABLE");
      configure(other.address());
      assertThatThrownBy(() -> daemon.keys().unlock(unlock()))
          .hasMessageContaining("INVALID_ARGUMENT");
    }
  }
}
