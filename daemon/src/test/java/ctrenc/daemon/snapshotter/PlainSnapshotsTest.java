package ctrenc.daemon.snapshotter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Layers of images: trees in clear, mounted by the kernel. */
@Tag("kernel")
class PlainSnapshotsTest extends SnapshotsContract {

  @Override
  Map<String, String> labels() {
    return Map.of("ctr-enc.io/layer", "plain");
  }

  @Test
  void whatWasUnpackedGoesOnAfterARestart() throws Exception {
    Path target = mount(prepare("a", ""));
    SnapshotterSocket.shell("echo half > $0/f", target.toString());
    socket.restart();
    assertThat(target.resolve("f")).hasContent("half");
    socket.commit("b", "a");
    assertThat(mount(socket.view("v", "b")).resolve("f")).hasContent("half");
  }

  /** What a crash left of a layer that was removed is never the beginning of another one. */
  @Test
  void remainsOfALayerAreNotInTheNext() throws Exception {
    Path trees = socket.home().resolve("state/snapshotter/trees");
    Files.createDirectories(trees.resolve("1/fs/old"));
    socket.restart();
    Path target = mount(prepare("a", ""));
    assertThat(target).isEmptyDirectory();
    SnapshotterSocket.shell("echo new > $0/f", target.toString());
    socket.cleanup();
    assertThat(trees.resolve("1")).doesNotExist();
    socket.commit("b", "a");
    assertThat(mount(socket.view("v", "b")).resolve("f")).hasContent("new");
  }
}
