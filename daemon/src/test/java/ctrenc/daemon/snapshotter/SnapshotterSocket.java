package ctrenc.daemon.snapshotter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.FieldMask;
import ctrenc.daemon.fake.DaemonUnderTest;
import ctrenc.daemon.fake.TestSettings;
import ctrenc.overlay.fuse.kernel.KernelTransport;
import ctrenc.overlay.subvolume.StoreDirectory;
import ctrenc.proto.containerd.CleanupRequest;
import ctrenc.proto.containerd.CommitSnapshotRequest;
import ctrenc.proto.containerd.Info;
import ctrenc.proto.containerd.ListSnapshotsRequest;
import ctrenc.proto.containerd.Mount;
import ctrenc.proto.containerd.MountsRequest;
import ctrenc.proto.containerd.PrepareSnapshotRequest;
import ctrenc.proto.containerd.RemoveSnapshotRequest;
import ctrenc.proto.containerd.SnapshotsGrpc;
import ctrenc.proto.containerd.StatSnapshotRequest;
import ctrenc.proto.containerd.UpdateSnapshotRequest;
import ctrenc.proto.containerd.UsageRequest;
import ctrenc.proto.containerd.UsageResponse;
import ctrenc.proto.containerd.ViewSnapshotRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A daemon on the real store, and containerd's side of its socket. */
final class SnapshotterSocket implements AutoCloseable {

  private static final String NAME = "enc";

  private final Path home;
  private final PowerModel power = new PowerModel();
  private DaemonUnderTest daemon;

  SnapshotterSocket(Path home) throws IOException {
    this.home = home;
    this.daemon = start();
  }

  private DaemonUnderTest start() throws IOException {
    return new DaemonUnderTest(
        TestSettings.in(home), StoreDirectory::open, new KernelTransport(), power);
  }

  /** Ends the daemon in an orderly way, and starts the next one. */
  void restart() throws IOException {
    daemon.close();
    daemon = start();
  }

  PowerModel power() {
    return power;
  }

  /** Ends the daemon and the machine without a word, as far as plain layers are concerned. */
  void losePower() throws Exception {
    power.lose(home.resolve("state/snapshotter"), daemon::close);
    daemon = start();
  }

  /** The same, and the machine goes on. */
  void kill() throws Exception {
    power.kill(home.resolve("state/snapshotter"), daemon::close);
    daemon = start();
  }

  Path home() {
    return home;
  }

  SnapshotsGrpc.SnapshotsBlockingStub stub() {
    return daemon.snapshots();
  }

  List<Mount> prepare(String key, String parent, Map<String, String> labels) {
    return stub()
        .prepare(
            PrepareSnapshotRequest.newBuilder()
                .setSnapshotter(NAME)
                .setKey(key)
                .setParent(parent)
                .putAllLabels(labels)
                .build())
        .getMountsList();
  }

  List<Mount> view(String key, String parent) {
    return view(key, parent, Map.of());
  }

  List<Mount> view(String key, String parent, Map<String, String> labels) {
    return stub()
        .view(
            ViewSnapshotRequest.newBuilder()
                .setSnapshotter(NAME)
                .setKey(key)
                .setParent(parent)
                .putAllLabels(labels)
                .build())
        .getMountsList();
  }

  List<Mount> mounts(String key) {
    return stub()
        .mounts(MountsRequest.newBuilder().setSnapshotter(NAME).setKey(key).build())
        .getMountsList();
  }

  void commit(String name, String key) {
    commit(name, key, Map.of());
  }

  void commit(String name, String key, Map<String, String> labels) {
    stub()
        .commit(
            CommitSnapshotRequest.newBuilder()
                .setSnapshotter(NAME)
                .setName(name)
                .setKey(key)
                .putAllLabels(labels)
                .build());
  }

  void remove(String key) {
    stub().remove(RemoveSnapshotRequest.newBuilder().setSnapshotter(NAME).setKey(key).build());
  }

  Info stat(String key) {
    return stub()
        .stat(StatSnapshotRequest.newBuilder().setSnapshotter(NAME).setKey(key).build())
        .getInfo();
  }

  Info update(String key, Map<String, String> labels, String... paths) {
    return stub()
        .update(
            UpdateSnapshotRequest.newBuilder()
                .setSnapshotter(NAME)
                .setInfo(Info.newBuilder().setName(key).putAllLabels(labels))
                .setUpdateMask(FieldMask.newBuilder().addAllPaths(List.of(paths)))
                .build())
        .getInfo();
  }

  UsageResponse usage(String key) {
    return stub().usage(UsageRequest.newBuilder().setSnapshotter(NAME).setKey(key).build());
  }

  void cleanup() {
    stub().cleanup(CleanupRequest.newBuilder().setSnapshotter(NAME).build());
  }

  List<String> list(String... filters) {
    List<String> names = new ArrayList<>();
    stub()
        .list(
            ListSnapshotsRequest.newBuilder()
                .setSnapshotter(NAME)
                .addAllFilters(List.of(filters))
                .build())
        .forEachRemaining(page -> page.getInfoList().forEach(info -> names.add(info.getName())));
    return names;
  }

  /** Mounts as containerd does, which steps into the directory that all of a chain's are in. */
  void mount(List<Mount> mounts, Path target) throws Exception {
    assertThat(mounts).hasSize(1);
    Mount mount = mounts.getFirst();
    String trees = home.resolve("state/snapshotter/trees").toString();
    String options = String.join(",", mount.getOptionsList());
    if (mount.getType().equals("overlay")) {
      options = options.replace(trees + "/", "");
    }
    shell(
        "cd $0; mount -t $1 -o $2 $3 $4",
        trees,
        mount.getType(),
        options,
        mount.getSource(),
        target.toString());
    if (options.endsWith(",ro")) {
      shell("mount -o remount,bind,ro $0", target.toString());
    }
  }

  static void unmount(Path target) throws Exception {
    shell("umount -l $0", target.toString());
  }

  /** Runs a script for sh with arguments from {@code $0} on; returns what it prints. */
  static String shell(String script, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-euc", script));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(command + "\n" + output).isZero();
    return output;
  }

  static void refused(Status.Code code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).as(e.getMessage()).isEqualTo(code));
  }

  @Override
  public void close() {
    daemon.close();
  }
}
