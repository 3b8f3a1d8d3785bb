package ctrenc.daemon.snapshotter;

import static ctrenc.daemon.snapshotter.SnapshotterSocket.refused;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.proto.containerd.CleanupRequest;
import ctrenc.proto.containerd.Info;
import ctrenc.proto.containerd.Kind;
import ctrenc.proto.containerd.ListSnapshotsRequest;
import ctrenc.proto.containerd.Mount;
import ctrenc.proto.containerd.RemoveSnapshotRequest;
import io.grpc.Status.Code;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Keys, names, labels and status codes, as containerd relies on them. Runs over the socket. */
abstract class SnapshotStatusContract extends SnapshotFixture {

  @Test
  void mountsAreTheSameUntilTheEnd() {
    List<Mount> first = prepare("a", "");
    assertThat(socket.mounts("a")).isEqualTo(first);
    assertThat(socket.mounts("a")).isEqualTo(first);
    socket.commit("done", "a");
    refused(Code.NOT_FOUND, () -> socket.mounts("a"));
    refused(Code.FAILED_PRECONDITION, () -> socket.mounts("done"));
    List<Mount> view = socket.view("v", "done");
    assertThat(socket.mounts("v")).isEqualTo(view);
    socket.remove("v");
    refused(Code.NOT_FOUND, () -> socket.mounts("v"));
  }

  @Test
  void namesAndKeysAreOneSet() {
    prepare("a", "");
    refused(Code.ALREADY_EXISTS, () -> prepare("a", ""));
    refused(Code.ALREADY_EXISTS, () -> socket.view("a", ""));
    refused(Code.ALREADY_EXISTS, () -> socket.commit("a", "a"));
    socket.commit("b", "a");
    refused(Code.ALREADY_EXISTS, () -> prepare("b", ""));
    prepare("a", "b");
    refused(Code.ALREADY_EXISTS, () -> socket.commit("b", "a"));
    assertThat(socket.stat("a").getKind()).isEqualTo(Kind.ACTIVE);
    refused(Code.INVALID_ARGUMENT, () -> prepare("", ""));
    refused(Code.INVALID_ARGUMENT, () -> socket.commit("", "a"));
  }

  @Test
  void onlyWhatIsCommittedIsStoodOn() {
    prepare("a", "");
    refused(Code.INVALID_ARGUMENT, () -> prepare("b", "a"));
    refused(Code.NOT_FOUND, () -> prepare("b", "absent"));
    refused(Code.NOT_FOUND, () -> socket.view("b", "absent"));
    socket.commit("base", "a");
    socket.view("v", "base");
    refused(Code.INVALID_ARGUMENT, () -> prepare("b", "v"));
    refused(Code.FAILED_PRECONDITION, () -> socket.commit("c", "v"));
    refused(Code.FAILED_PRECONDITION, () -> socket.commit("c", "base"));
    refused(Code.NOT_FOUND, () -> socket.commit("c", "absent"));
    assertThat(socket.list()).containsExactly("base", "v");
  }

  @Test
  void infosTellTheStory() {
    socket.prepare("a", "", with(Map.of("l", "1")));
    Info active = socket.stat("a");
    assertThat(active.getName()).isEqualTo("a");
    assertThat(active.getParent()).isEmpty();
    assertThat(active.getKind()).isEqualTo(Kind.ACTIVE);
    assertThat(active.getLabelsMap()).containsEntry("l", "1");
    assertThat(active.getCreatedAt()).isEqualTo(active.getUpdatedAt());
    socket.commit("b", "a", Map.of("m", "2"));
    Info committed = socket.stat("b");
    assertThat(committed.getKind()).isEqualTo(Kind.COMMITTED);
    assertThat(committed.getLabelsMap()).isEqualTo(Map.of("m", "2"));
    assertThat(committed.getCreatedAt()).isEqualTo(committed.getUpdatedAt());
    socket.view("c", "b");
    assertThat(socket.stat("c").getParent()).isEqualTo("b");
    assertThat(socket.stat("c").getKind()).isEqualTo(Kind.VIEW);
  }

  @Test
  void onlyLabelsChange() {
    socket.prepare("a", "", with(Map.of("x", "1", "y", "2")));
    Info before = socket.stat("a");
    Info one = socket.update("a", Map.of("x", "3", "z", "4"), "labels.x");
    assertThat(one.getLabelsMap())
        .containsEntry("x", "3")
        .containsEntry("y", "2")
        .doesNotContainKey("z");
    assertThat(one.getCreatedAt()).isEqualTo(before.getCreatedAt());
    assertThat(one.getUpdatedAt()).isNotEqualTo(before.getUpdatedAt());
    assertThat(socket.stat("a")).isEqualTo(one);
    assertThat(socket.update("a", Map.of("a.b/c", "5"), "labels.a.b/c", "labels.y").getLabelsMap())
        .containsEntry("a.b/c", "5")
        .doesNotContainKey("y");
    assertThat(socket.update("a", with(Map.of("k", "6")), "labels").getLabelsMap())
        .isEqualTo(with(Map.of("k", "6")));
    assertThat(socket.update("a", labels()).getLabelsMap()).isEqualTo(labels());
    refused(Code.INVALID_ARGUMENT, () -> socket.update("a", Map.of(), "parent"));
    refused(Code.INVALID_ARGUMENT, () -> socket.update("a", Map.of(), "labels.x", "kind"));
    refused(Code.NOT_FOUND, () -> socket.update("b", Map.of()));
    refused(Code.INVALID_ARGUMENT, () -> socket.update("a", Map.of("k", "v".repeat(4096))));
  }

  @Test
  void listsAreFiltered() {
    socket.prepare("a", "", with(Map.of("team.x", "red")));
    socket.commit("base", "a", Map.of("team.x", "blue"));
    socket.prepare("b", "base", with(Map.of("team.x", "red")));
    socket.view("c", "base");
    assertThat(socket.list()).containsExactly("base", "b", "c");
    assertThat(socket.list("parent==base")).containsExactly("b", "c");
    assertThat(socket.list("kind==committed")).containsExactly("base");
    assertThat(socket.list("labels.\"team.x\"==red,kind==active")).containsExactly("b");
    assertThat(socket.list("name~=^[bc]$", "labels.\"team.x\"==blue"))
        .containsExactly("base", "b", "c");
    assertThat(socket.list("parent==none")).isEmpty();
    refused(Code.INVALID_ARGUMENT, () -> socket.list("name==\"open"));
  }

  @Test
  void oneStoreHasOneName() {
    prepare("a", "");
    refused(
        Code.FAILED_PRECONDITION,
        () ->
            socket
                .stub()
                .remove(
                    RemoveSnapshotRequest.newBuilder()
                        .setSnapshotter("other")
                        .setKey("a")
                        .build()));
    refused(
        Code.FAILED_PRECONDITION,
        () ->
            socket
                .stub()
                .list(ListSnapshotsRequest.newBuilder().setSnapshotter("other").build())
                .next());
    refused(
        Code.INVALID_ARGUMENT, () -> socket.stub().cleanup(CleanupRequest.getDefaultInstance()));
    assertThat(socket.list()).containsExactly("a");
  }
}
