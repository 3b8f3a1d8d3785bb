package ctrenc.daemon.snapshotter;

import static ctrenc.daemon.snapshotter.SnapshotterSocket.refused;
import static ctrenc.daemon.snapshotter.SnapshotterSocket.shell;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.proto.containerd.Mount;
import io.grpc.Status.Code;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Snapshots for containers in user namespaces: the kernel maps the owners both ways. */
@Tag("kernel")
class MappedSnapshotsTest extends SnapshotFixture {

  private static final String USERS = "containerd.io/snapshot/uidmapping";
  private static final String GROUPS = "containerd.io/snapshot/gidmapping";
  private static final Map<String, String> PLAIN = Map.of("ctr-enc.io/layer", "plain");

  @Override
  Map<String, String> labels() {
    return Map.of(USERS, "0:100000:65536", GROUPS, "0:200000:65536");
  }

  private void image() throws Exception {
    Path target = mount(socket.prepare("key", "", PLAIN));
    shell("cd $0; echo 1 > f; chown 5:6 f; mkdir d; chmod 700 d; echo 2 > d/g", target.toString());
    socket.commit("image", "key");
    unmount(target);
  }

  private static String owners(Path root, String names) throws Exception {
    return shell("cd $0; stat -c '%n %u %g' " + names, root.toString());
  }

  @Test
  void ownersAreSeenAsTheNamespaceHasThem() throws Exception {
    image();
    List<Mount> mounts = prepare("a", "image");
    assertThat(socket.mounts("a")).isEqualTo(mounts);
    Path target = mount(mounts);
    assertThat(owners(target, "f d")).isEqualTo("f 100005 200006\nd 100000 200000\n");
    shell(
        "cd $0; setpriv --reuid 100000 --regid 200000 --clear-groups"
            + " sh -euc 'echo 3 > d/h; mkdir e; ln -s h d/s; cat d/g'",
        target.toString());
    assertThat(owners(target, "d/h e d/s"))
        .isEqualTo("d/h 100000 200000\ne 100000 200000\nd/s 100000 200000\n");
    shell("chown 100007:200008 $0/e", target.toString());
    shell("! touch $0/by-nobody 2> /dev/null", target.toString());
    socket.commit("done", "a");
    target = mount(socket.view("plainly", "done"));
    assertThat(owners(target, "f d/h e")).isEqualTo("f 5 6\nd/h 0 0\ne 7 8\n");
  }

  @Test
  void viewsAreMappedToo() throws Exception {
    image();
    Path target = mount(socket.view("v", "image", labels()));
    assertThat(owners(target, "f")).isEqualTo("f 100005 200006\n");
    assertThat(shell("touch $0/x 2>&1 || true", target.toString())).contains("Read-only");
    unmount(target);
    socket.restart();
    target = mount(socket.mounts("v"));
    assertThat(owners(target, "f")).isEqualTo("f 100005 200006\n");
  }

  @Test
  void everythingGoesWithTheSnapshot() throws Exception {
    prepare("a", "");
    socket.remove("a");
    assertThat(socket.home().resolve("run/mapped")).isEmptyDirectory();
    assertThat(socket.home().resolve("run/roots")).isEmptyDirectory();
    assertNothingIsLeft();
  }

  @Test
  void mappingsThatCannotBeAreRefused() throws Exception {
    for (Map<String, String> wrong :
        List.of(
            Map.of(USERS, "0:100000:65536"),
            Map.of(USERS, "0:1:2", GROUPS, "root"),
            Map.of(USERS, "0:1:0", GROUPS, "0:1:1"))) {
      refused(Code.INVALID_ARGUMENT, () -> socket.prepare("a", "", wrong));
    }
    refused(Code.INVALID_ARGUMENT, () -> socket.prepare("extract-1", "", labels()));
    assertNothingIsLeft();
  }
}
