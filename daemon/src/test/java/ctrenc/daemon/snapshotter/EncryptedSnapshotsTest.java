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
  private static final String QUOTA = "ctr-enc.io/quota";

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

  /** What is below does not count, and a limit of one does not pass to the next. */
  @Test
  void quotasBoundWhatASnapshotAdds() throws Exception {
    Path target = mount(socket.prepare("a", "", Map.of(QUOTA, "2000000")));
    shell("head -c 1500000 /dev/urandom > $0/f; sync $0/f", target.toString());
    assertThat(fill(target, 1_000_000)).contains("quota exceeded");
    assertThat(socket.usage("a").getSize()).isLessThan(2_000_000);
    socket.commit("base", "a");
    target = mount(socket.prepare("b", "base", Map.of(QUOTA, "1000000")));
    assertThat(fill(target, 500_000)).isEqualTo("");
    assertThat(fill(target, 1_000_000)).contains("quota exceeded");
    assertThat(fill(mount(prepare("c", "base")), 3_000_000)).isEqualTo("");
  }

  private static String fill(Path target, int bytes) throws Exception {
    return shell(
        "head -c $1 /dev/urandom 2>&1 > $0/more && sync $0/more 2>&1 || true",
        target.toString(),
        Integer.toString(bytes));
  }

  @Test
  void namedKeysOpenWhatIsUnderThem() throws Exception {
    Path key = socket.home().resolve("named-keys/db");
    shell("mkdir $(dirname $0); umask 077; head -c 32 /dev/urandom > $0", key.toString());
    Path target = mount(socket.prepare("a", "", Map.of(KEY, "db")));
    shell("echo kept > $0/f; sync $0/f", target.toString());
    unmount(target);
    socket.prepare("x", "", Map.of(KEY, "db"));
    socket.commit("base", "x");
    socket.prepare("y", "base", Map.of());
    socket.commit("next", "y");
    refused(Code.INVALID_ARGUMENT, () -> socket.prepare("z", "next", Map.of(KEY, "machine")));
    shell("mv $0 $0.away", key.toString());
    socket.restart();
    refused(Code.FAILED_PRECONDITION, () -> socket.mounts("a"));
    refused(Code.FAILED_PRECONDITION, () -> socket.prepare("z", "next", Map.of()));
    shell("umask 077; head -c 32 /dev/urandom > $0", key.toString());
    refused(Code.FAILED_PRECONDITION, () -> socket.mounts("a"));
    shell("mv $0.away $0; chmod 644 $0", key.toString());
    refused(Code.FAILED_PRECONDITION, () -> socket.mounts("a"));
    shell("chmod 400 $0", key.toString());
    target = mount(socket.mounts("a"));
    assertThat(target.resolve("f")).hasContent("kept\n");
    mount(socket.prepare("z", "next", Map.of()));
  }

  @Test
  void layersAreEncryptedWhereThatIsAskedFor() throws Exception {
    String canary = "canary-" + UUID.randomUUID();
    Map<String, String> encrypted = Map.of("ctr-enc.io/encrypt-layers", "true");
    Path target = mount(socket.prepare("extract-1", "", encrypted));
    shell("echo $1 > $0/$1; sync $0/$1", target.toString(), canary);
    socket.commit("one", "extract-1");
    unmount(target);
    target = mount(socket.prepare("extract-2", "one", Map.of()));
    shell("echo $1 > $0/second; sync $0/second", target.toString(), canary);
    socket.commit("two", "extract-2");
    unmount(target);
    shell("! grep -rq $1 $0; ! find $0 | grep $1", socket.home() + "/state", canary);
    socket.restart();
    assertThat(mount(socket.view("v", "two")).resolve(canary)).hasContent(canary + "\n");
    assertThat(mount(prepare("c", "two")).resolve("second")).hasContent(canary + "\n");
  }

  @Test
  void labelsThatAreNotKnownAreRefused() {
    refused(Code.INVALID_ARGUMENT, () -> socket.prepare("a", "", Map.of(KEY, "plain")));
    refused(Code.INVALID_ARGUMENT, () -> socket.prepare("a", "", Map.of("ctr-enc.io/x", "y")));
    refused(Code.INVALID_ARGUMENT, () -> socket.prepare("a", "", Map.of(QUOTA, "1k")));
    refused(Code.INVALID_ARGUMENT, () -> socket.prepare("extract-a", "", Map.of(QUOTA, "1000")));
    prepare("b", "");
    refused(Code.INVALID_ARGUMENT, () -> socket.update("b", Map.of(QUOTA, "1"), "labels"));
    socket.remove("b");
    assertThat(socket.list()).isEmpty();
    assertNothingIsLeft();
  }
}
