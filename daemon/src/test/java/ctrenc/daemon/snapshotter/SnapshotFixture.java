package ctrenc.daemon.snapshotter;

import static ctrenc.daemon.snapshotter.SnapshotterSocket.shell;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.proto.containerd.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon, containerd's side of its socket, and mounts that go when a test ends. */
@Timeout(120)
abstract class SnapshotFixture {

  @TempDir Path temporary;

  SnapshotterSocket socket;

  private final List<Path> mounted = new ArrayList<>();

  /** The labels with which everything is prepared. */
  abstract Map<String, String> labels();

  @BeforeEach
  void start() throws Exception {
    socket = new SnapshotterSocket(temporary.toRealPath());
  }

  @AfterEach
  void end() throws Exception {
    try {
      for (Path target : List.copyOf(mounted)) {
        unmount(target);
      }
    } finally {
      socket.close();
    }
  }

  List<Mount> prepare(String key, String parent) {
    return socket.prepare(key, parent, labels());
  }

  Path mount(List<Mount> mounts) throws Exception {
    Path target = Files.createTempDirectory(temporary, "mount");
    socket.mount(mounts, target);
    mounted.add(target);
    return target;
  }

  /** Prepares, runs a script in it, and commits while it is mounted. */
  void layer(String name, String parent, String script) throws Exception {
    Path target = mount(prepare("key-" + name, parent));
    shell("cd $0; " + script, target.toString());
    socket.commit(name, "key-" + name);
    unmount(target);
  }

  void unmount(Path target) throws Exception {
    SnapshotterSocket.unmount(target);
    mounted.remove(target);
  }

  String listing(List<Mount> mounts) throws Exception {
    Path target = mount(mounts);
    return shell(
        "cd $0; find . -printf '%P %y %m %l\\n' | sort; find . -type f | sort | xargs cat",
        target.toString());
  }

  void assertNothingIsLeft() {
    assertThat(socket.home().resolve("state/segments")).isEmptyDirectory();
    assertThat(socket.home().resolve("state/keys")).isEmptyDirectory();
    assertThat(socket.home().resolve("state/snapshotter/trees")).isEmptyDirectory();
    assertThat(socket.home().resolve("state/snapshotter/records")).isEmptyDirectory();
  }

  Map<String, String> with(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(labels());
    all.putAll(more);
    return all;
  }
}
