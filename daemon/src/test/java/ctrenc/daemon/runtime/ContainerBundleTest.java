package ctrenc.daemon.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.GsonBuilder;
import ctrenc.proto.v1.BindMount;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.Network;
import ctrenc.proto.v1.ProcessSpec;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the runtime is told, compared with files that people have read. */
class ContainerBundleTest {

  private static final Path ACTUAL = Path.of("target/bundles");

  private static void assertGolden(ContainerBundle bundle, String name) throws Exception {
    String actual =
        new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(bundle.json())
            + "\n";
    Files.createDirectories(ACTUAL);
    Files.writeString(ACTUAL.resolve(name), actual);
    try (InputStream in = ContainerBundleTest.class.getResourceAsStream(name)) {
      assertThat(in).as("resource %s; what was written now is in %s", name, ACTUAL).isNotNull();
      String wanted = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(actual).isEqualTo(wanted);
    }
  }

  @Test
  void describesAContainerWithNothingSpecial() throws Exception {
    assertGolden(
        new ContainerBundle(
            "0123abcd",
            Path.of("/run/ctr-enc/roots/0123abcd"),
            ContainerSpec.newBuilder().setHostname("plain").build(),
            ProcessSpec.newBuilder().addArgs("/bin/true").build(),
            ContainerUser.ROOT,
            List.of(),
            Optional.empty(),
            List.of()),
        "plain.json");
  }

  @Test
  void describesAContainerWithEverything() throws Exception {
    ContainerSpec spec =
        ContainerSpec.newBuilder()
            .setHostname("full")
            .setNetwork(Network.NETWORK_HOST)
            .setMemoryLimit(64 << 20)
            .setCpuLimitMillis(1500)
            .setReadOnly(true)
            .addMounts(
                BindMount.newBuilder().setSource("/srv").setTarget("/data").setReadOnly(true))
            .addMounts(BindMount.newBuilder().setSource("/tmp").setTarget("/scratch"))
            .build();
    ProcessSpec process =
        ProcessSpec.newBuilder()
            .addArgs("sh")
            .addArgs("-c")
            .addArgs("echo \"$A\"")
            .addEnv("A=b")
            .addEnv("PATH=/bin")
            .setWorkingDirectory("/data")
            .setTerminal(true)
            .setTerminalRows(24)
            .setTerminalColumns(80)
            .build();
    assertGolden(
        new ContainerBundle(
            "0123abcd",
            Path.of("/run/ctr-enc/roots/0123abcd"),
            spec,
            process,
            new ContainerUser(1000, 1001, List.of(5, 6), "/home/app"),
            List.of(Path.of("/var/lib/ctr-enc")),
            Optional.of(Path.of("/run/ctr-enc/bundles/0123abcd/resolv.conf")),
            List.of()),
        "full.json");
  }

  @Test
  void describesAContainerInWhichOthersRun() throws Exception {
    BindMount.Builder sockets =
        BindMount.newBuilder()
            .setSource("/run/ctr-enc/nested/0123abcd")
            .setTarget(ContainerBundle.NESTING + "/nested")
            .setReadOnly(true);
    assertGolden(
        new ContainerBundle(
            "0123abcd",
            Path.of("/run/ctr-enc/roots/0123abcd"),
            ContainerSpec.newBuilder().setHostname("nesting").setNesting(true).build(),
            ProcessSpec.newBuilder().addArgs("/bin/true").build(),
            ContainerUser.ROOT,
            List.of(),
            Optional.empty(),
            List.of(sockets.build())),
        "nesting.json");
  }
}
