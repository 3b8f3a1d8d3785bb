package ctrenc.daemon.snapshotter;

import static ctrenc.daemon.snapshotter.SnapshotterSocket.refused;
import static ctrenc.daemon.snapshotter.SnapshotterSocket.shell;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Image layers are committed before the disk has them, and are whole or not there. */
@Tag("kernel")
class PowerLossTest extends SnapshotFixture {

  private Path home;

  @Override
  Map<String, String> labels() {
    return Map.of();
  }

  @BeforeEach
  void watch() {
    home = socket.home().resolve("state/snapshotter");
    socket.power().watch(home.resolve("trees"));
  }

  /** As containerd's clients do with each layer of an image. */
  private void unpack(String name, String parent) throws Exception {
    String key = "default/1/extract-1-abc " + name;
    Path target = mount(socket.prepare(key, parent, Map.of()));
    shell("echo $1 > $0/$1", target.toString(), name);
    socket.commit(name, key);
    unmount(target);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  @Test
  void commitDoesNotWaitForTheDisk() throws Exception {
    socket.power().hold();
    unpack("one", "");
    unpack("two", "one");
    assertThat(home.resolve("unsynced")).isNotEmptyDirectory();
    assertThat(mount(socket.view("see", "two")).resolve("one")).hasContent("one\n");
    socket.power().go();
    await(() -> home.resolve("unsynced").toFile().list().length == 0);
  }

  @Test
  void whatTheDiskDoesNotHaveIsNotThereAfterPowerLoss() throws Exception {
    unpack("one", "");
    socket.prepare("first", "one", Map.of());
    socket.power().hold();
    unpack("two", "one");
    unpack("three", "two");
    socket.view("see", "three");
    socket.prepare("default/2/extract-2-abc four", "three", Map.of());
    socket.losePower();
    assertThat(socket.list()).containsExactlyInAnyOrder("one", "first");
    refused(Code.NOT_FOUND, () -> socket.stat("two"));
    refused(Code.NOT_FOUND, () -> socket.prepare("c", "three", Map.of()));
    assertThat(home.resolve("trees").toFile().list()).hasSize(1);
    assertThat(home.resolve("unsynced")).isEmptyDirectory();
    unpack("two", "one");
    unpack("three", "two");
    assertThat(listing(socket.prepare("c", "three", Map.of()))).endsWith("one\nthree\ntwo\n");
  }

  @Test
  void aDaemonThatIsKilledLosesNothing() throws Exception {
    socket.power().hold();
    unpack("one", "");
    socket.kill();
    assertThat(mount(socket.view("see", "one")).resolve("one")).hasContent("one\n");
    await(() -> home.resolve("unsynced").toFile().list().length == 0);
  }

  @Test
  void containersWaitForTheDisk() throws Exception {
    socket.power().hold();
    unpack("one", "");
    unpack("two", "one");
    CompletableFuture<Void> made =
        CompletableFuture.runAsync(
            () -> socket.prepare("c", "two", Map.of("ctr-enc.io/key", "machine")));
    CompletableFuture<Void> plain =
        CompletableFuture.runAsync(
            () -> socket.prepare("p", "two", Map.of("ctr-enc.io/layer", "plain")));
    await(() -> socket.power().syncs() > 0);
    assertThat(socket.list()).containsExactlyInAnyOrder("one", "two");
    socket.power().go();
    CompletableFuture.allOf(made, plain).join();
    Path target = mount(socket.mounts("c"));
    shell("echo mine > $0/f; sync $0/f", target.toString());
    unmount(target);
    socket.losePower();
    assertThat(socket.list()).containsExactlyInAnyOrder("one", "two", "c", "p");
    target = mount(socket.mounts("c"));
    assertThat(shell("cat $0/f $0/one $0/two", target.toString())).isEqualTo("mine\none\ntwo\n");
  }

  /** Only what can be unpacked again is not waited for. */
  @Test
  void whatSomebodyMadeIsDurableWhenItIsCommitted() throws Exception {
    Path target = mount(socket.prepare("a", "", Map.of("ctr-enc.io/layer", "plain")));
    shell("echo mine > $0/f", target.toString());
    socket.commit("mine", "a");
    socket.losePower();
    assertThat(mount(socket.view("see", "mine")).resolve("f")).hasContent("mine\n");
  }

  @Test
  void whatTheDiskRefusedIsNotBuiltOn() throws Exception {
    socket.power().setBroken(true);
    unpack("one", "");
    refused(Code.FAILED_PRECONDITION, () -> socket.prepare("c", "one", Map.of()));
    socket.power().setBroken(false);
    refused(Code.FAILED_PRECONDITION, () -> socket.prepare("c", "one", Map.of()));
    socket.restart();
    assertThat(socket.list()).isEmpty();
    unpack("one", "");
    assertThat(listing(socket.prepare("c", "one", Map.of()))).endsWith("one\n");
  }

  @Test
  void anOrderlyEndLeavesNothingUnsynced() throws Exception {
    unpack("one", "");
    socket.remove("one");
    unpack("two", "");
    socket.restart();
    assertThat(home.resolve("unsynced")).isEmptyDirectory();
    socket.losePower();
    assertThat(socket.list()).containsExactly("two");
  }
}
