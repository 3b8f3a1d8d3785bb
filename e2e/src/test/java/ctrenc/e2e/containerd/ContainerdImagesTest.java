package ctrenc.e2e.containerd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.Containerd;
import ctrenc.e2e.harness.OciArchive;
import ctrenc.e2e.harness.TestDaemon;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images on containerd: many unpacked at once, indexed once, and made of containers. */
@Tag("kernel")
@Timeout(300)
class ContainerdImagesTest {

  private static final int IMAGES = 6;
  private static final Duration LONG = Duration.ofMinutes(2);
  @TempDir static Path archives;
  private static final List<Path> IMAGES_AT_HAND = new ArrayList<>();

  private static String name(int image) {
    return "test/image" + image + ":1";
  }

  /** All have their lowest layer in common, and two of their own. */
  @BeforeAll
  static void makeImages() throws Exception {
    Path low =
        OciArchive.busybox(archives.resolve("low.tar"), "mkdir d; echo low > d/f; echo 0 > g");
    for (int i = 0; i < IMAGES; i++) {
      String files =
          "mkdir d; for n in $(seq 200); do echo %d > d/$n; done; touch .wh.g".formatted(i);
      Path middle = OciArchive.layer(archives.resolve("middle" + i), files);
      Path high = OciArchive.layer(archives.resolve("high" + i), "echo %d > own".formatted(i));
      IMAGES_AT_HAND.add(
          OciArchive.write(archives.resolve("image" + i), name(i), List.of(low, middle, high)));
    }
  }

  @Test
  void manyAreUnpackedAtOnce() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Containerd containerd = Containerd.start(daemon.run())) {
      List<Process> imports = new ArrayList<>();
      for (Path archive : IMAGES_AT_HAND) {
        imports.add(
            containerd
                .ctr("images", "import", "--snapshotter", "ctr-enc", archive.toString())
                .startPiped());
      }
      for (Process each : imports) {
        String text = new String(each.getInputStream().readAllBytes());
        assertThat(each.waitFor()).as(text).isZero();
      }
      Condition.await("each is indexed once", LONG, () -> indexed(daemon) == IMAGES);
      for (int i = 0; i < IMAGES; i++) {
        assertThat(
                containerd.run(name(i), "c" + i, "cat /own /d/7 /d/f; ls /g 2> /dev/null || true"))
            .isEqualTo(i + "\n" + i + "\nlow\n");
      }
      assertThat(indexed(daemon)).as("no container needed another").isEqualTo(IMAGES);
      assertThat(containerd.snapshotNames()).hasSize(1 + 2 * IMAGES);
      new Agreement(daemon, containerd).require();
    }
  }

  private static int indexed(TestDaemon daemon) {
    return JsonParser.parseString(daemon.cli("image", "ls", "--json").ok()).getAsJsonArray().size();
  }

  /** How clients make an image of a container: what differs from its parent, as a layer. */
  @Test
  void whatAContainerChangedIsALayer() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Containerd containerd = Containerd.start(daemon.run())) {
      containerd.load(IMAGES_AT_HAND.getFirst());
      String script = "echo new > /d/7; rm /d/f; mkdir /made; echo x > /made/x; sleep 1000";
      containerd.runDetached(name(0), "work", script);
      Condition.await(
          "it is made", LONG, () -> containerd.exec("work", "cat /made/x || true").equals("x\n"));
      Path layer = archives.resolve("layer");
      String diff = String.join(" ", containerd.snapshots("diff", "work").argv());
      Command.sh(diff + " > " + layer).ok();
      List<String> changed = Command.of("tar", "-tf", layer.toString()).ok().lines().toList();
      assertThat(changed).contains("d/7", "d/.wh.f", "made/x").doesNotContain("d/8", "own", "d/f");
      containerd.remove("work");
    }
  }
}
