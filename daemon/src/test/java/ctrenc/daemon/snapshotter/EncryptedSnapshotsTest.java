package ctrenc.daemon.snapshotter;

import static ctrenc.daemon.snapshotter.SnapshotterSocket.refused;
import static ctrenc.daemon.snapshotter.SnapshotterSocket.shell;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Containers: roots under keys of their own, shown through FUSE. */
@Tag("kernel")
class EncryptedSnapshotsTest extends SnapshotsContract {

  private static final String KEY = "ctr-enc.io/key";

  @Override
  Map<String, String> labels() {
    return Map.of();
  }

  @Test
  void lowerDirectoriesAreRenamed() throws Exception {
    Path target = mount(socket.prepare("a", "", Map.of("ctr-enc.io/layer", "plain")));
    shell("mkdir -p $0/d/e; echo 1 > $0/d/e/f", target.toString());
    socket.commit("base", "a");
    target = mount(prepare("b", "base"));
    shell(
        "python3 -c 'import os,sys; os.rename(sys.argv[1]+\"/d\", sys.argv[1]+\"/g\")' $0",
        target.toString());
    socket.commit("top", "b");
    assertThat(mount(socket.view("v", "top")).resolve("g/e/f")).hasContent("1\n");
  }

  @Test
  void nothingOfItIsOnTheDiskInClear() throws Exception {
    Path target = mount(prepare("a", ""));
    String canary = "canary-" + UUID.randomUUID();
    shell("echo $1 > $0/$1; sync $0/$1", target.toString(), canary);
    socket.commit("b", "a");
    target = mount(prepare("c", "b"));
    assertThat(target.resolve(canary)).hasContent(canary + "\n");
    shell("! grep -rq $1 $0; ! find $0 | grep $1", socket.home() + "/state", canary);
  }

  /** What its daemon forgot nobody reads again, and it can still be removed. */
  @Test
  void throwawayEndsWithTheDaemon() throws Exception {
    prepare("a", "");
    socket.prepare("kept", "", Map.of(KEY, "machine"));
    Path target = mount(socket.mounts("kept"));
    shell("echo kept > $0/f", target.toString());
    unmount(target);
    socket.restart();
    refused(Code.FAILED_PRECONDITION, () -> socket.mounts("a"));
    assertThat(socket.list()).containsExactlyInAnyOrder("a", "kept");
    assertThat(socket.usage("a").getSize()).isZero();
    socket.remove("a");
    target = mount(socket.mounts("kept"));
    assertThat(target.resolve("f")).hasContent("kept\n");
    unmount(target);
    socket.remove("kept");
    assertNothingIsLeft();
  }

  @Test
  void labelsThatAreNotKnownAreRefused() {
    refused(Code.INVALID_ARGUMENT, () -> socket.prepare("a", "", Map.of(KEY, "plain")));
    refused(Code.INVALID_ARGUMENT, () -> socket.prepare("a", "", Map.of("ctr-enc.io/x", "y")));
    assertThat(socket.list()).isEmpty();
    assertNothingIsLeft();
  }
}
