package ctrenc.daemon.snapshotter;

import static ctrenc.daemon.snapshotter.SnapshotterSocket.refused;
import static ctrenc.daemon.snapshotter.SnapshotterSocket.shell;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.proto.containerd.Info;
import ctrenc.proto.containerd.UsageResponse;
import io.grpc.Status.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What containerd relies on, whatever is behind the snapshots. Runs over the socket. */
abstract class SnapshotsContract extends SnapshotStatusContract {

  private static final int DEPTH = 128;

  @Test
  void layersStandOnEachOther() throws Exception {
    layer("one", "", "mkdir -m 750 a b; echo 1 > a/f; echo 2 > b/g; ln -s a l; chmod 711 .");
    layer("two", "one", "rm a/f; echo 3 > a/h; rm -r b; mkdir b; echo 4 > b/i; rm l");
    layer("three", "two", "chmod 755 b; echo 5 >> b/i; mkdir -p c/d");
    assertThat(listing(socket.view("see", "three")))
        .isEqualTo(
            """
             d 711\s
            a d 750\s
            a/h f 644\s
            b d 755\s
            b/i f 644\s
            c d 755\s
            c/d d 755\s
            3
            4
            5
            """);
    assertThat(listing(prepare("write", "two"))).contains("b/i f 644").doesNotContain("c/d");
    assertThat(listing(socket.view("first", "one"))).contains("a/f f 644", "l l 777 a");
  }

  @Test
  void theFirstRootIsOpenToAll() throws Exception {
    Path target = mount(prepare("first", ""));
    assertThat(shell("stat -c '%a %u %g' $0", target.toString())).isEqualTo("755 0 0\n");
  }

  @Test
  void whatIsStoodOnStays() throws Exception {
    layer("one", "", "echo 1 > f");
    layer("two", "one", "echo 2 > g");
    prepare("active", "two");
    socket.view("view", "one");
    refused(Code.FAILED_PRECONDITION, () -> socket.remove("one"));
    refused(Code.FAILED_PRECONDITION, () -> socket.remove("two"));
    socket.remove("view");
    socket.remove("active");
    refused(Code.FAILED_PRECONDITION, () -> socket.remove("one"));
    socket.remove("two");
    socket.remove("one");
    refused(Code.NOT_FOUND, () -> socket.remove("one"));
    refused(Code.NOT_FOUND, () -> socket.stat("two"));
    assertThat(socket.list()).isEmpty();
    assertNothingIsLeft();
  }

  @Test
  void usageIsItsOwn() throws Exception {
    layer("one", "", "head -c 3000000 /dev/urandom > f; mkdir d");
    UsageResponse one = socket.usage("one");
    assertThat(one.getSize()).isBetween(3_000_000L, 3_200_000L);
    assertThat(one.getInodes()).isEqualTo(3);
    layer("two", "one", "head -c 1000000 /dev/urandom > g");
    assertThat(socket.usage("two").getSize()).isBetween(1_000_000L, 1_200_000L);
    Path target = mount(prepare("active", "two"));
    assertThat(socket.usage("active").getSize()).isLessThan(100_000);
    shell("head -c 500000 /dev/urandom > $0/h; sync $0/h", target.toString());
    assertThat(socket.usage("active").getSize()).isBetween(500_000L, 700_000L);
    assertThat(socket.usage("one")).isEqualTo(one);
    socket.view("view", "two");
    assertThat(socket.usage("view").getSize()).isZero();
    refused(Code.NOT_FOUND, () -> socket.usage("absent"));
  }

  @Test
  void viewsAreReadAlone() throws Exception {
    layer("one", "", "echo 1 > f");
    layer("two", "one", "echo 2 > g");
    for (String parent : List.of("", "one", "two")) {
      Path first = mount(socket.view("first-" + parent, parent));
      Path second = mount(socket.view("second-" + parent, parent));
      assertThat(shell("touch $0/x 2>&1 || true", first.toString())).contains("Read-only");
      Path again = mount(socket.mounts("second-" + parent));
      assertThat(listing(socket.mounts("second-" + parent)))
          .isEqualTo(listing(socket.mounts("first-" + parent)));
      unmount(again);
      socket.remove("first-" + parent);
      assertThat(shell("ls $0", second.toString()))
          .isEqualTo(parent.isEmpty() ? "" : parent.equals("one") ? "f\n" : "f\ng\n");
    }
  }

  @Test
  void manyLayersStandOnEachOther() throws Exception {
    String parent = "";
    for (int i = 1; i <= DEPTH; i++) {
      layer("l" + i, parent, "echo " + i + " > f" + i + "; echo " + i + " > last");
      parent = "l" + i;
    }
    Path target = mount(socket.view("see", parent));
    assertThat(shell("ls $0 | wc -l; cat $0/f1 $0/last", target.toString()))
        .isEqualTo((DEPTH + 1) + "\n1\n" + DEPTH + "\n");
    target = mount(prepare("write", parent));
    assertThat(shell("rm $0/f1; ls $0 | wc -l", target.toString())).isEqualTo(DEPTH + "\n");
    target = mount(socket.prepare("container", parent, Map.of()));
    assertThat(shell("rm $0/f1; ls $0 | wc -l", target.toString())).isEqualTo(DEPTH + "\n");
  }

  @Test
  void everythingIsThereAfterARestart() throws Exception {
    layer("one", "", "echo 1 > f");
    layer("two", "one", "echo 2 > g");
    socket.view("view", "two");
    List<Info> before = List.of(socket.stat("one"), socket.stat("two"), socket.stat("view"));
    UsageResponse usage = socket.usage("two");
    socket.restart();
    assertThat(List.of(socket.stat("one"), socket.stat("two"), socket.stat("view")))
        .isEqualTo(before);
    assertThat(socket.usage("two")).isEqualTo(usage);
    Path target = mount(socket.mounts("view"));
    assertThat(shell("cat $0/f $0/g", target.toString())).isEqualTo("1\n2\n");
    target = mount(prepare("next", "two"));
    assertThat(shell("echo 3 > $0/h; cat $0/*", target.toString())).isEqualTo("1\n2\n3\n");
  }

  @Test
  void cleanupLeavesWhatIsKnown() throws Exception {
    layer("one", "", "echo 1 > f");
    prepare("active", "one");
    Files.createDirectories(socket.home().resolve("state/snapshotter/trees/4711/fs/left"));
    socket.cleanup();
    assertThat(socket.home().resolve("state/snapshotter/trees/4711")).doesNotExist();
    assertThat(listing(socket.mounts("active"))).contains("f f 644");
  }
}
