package ctrenc.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.daemon.fake.DaemonUnderTest;
import ctrenc.daemon.fake.FakeStore;
import ctrenc.daemon.fake.RunClient;
import ctrenc.daemon.fake.TestSettings;
import ctrenc.proto.v1.Base;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.ContainerState;
import ctrenc.proto.v1.CreateContainerRequest;
import ctrenc.proto.v1.ExecRequest;
import ctrenc.proto.v1.InspectContainerRequest;
import ctrenc.proto.v1.ListContainersRequest;
import ctrenc.proto.v1.LogsRequest;
import ctrenc.proto.v1.MountContainerRequest;
import ctrenc.proto.v1.Network;
import ctrenc.proto.v1.ProcessSpec;
import ctrenc.proto.v1.RemoveContainerRequest;
import ctrenc.proto.v1.ShutdownRequest;
import ctrenc.proto.v1.StatusRequest;
import ctrenc.proto.v1.StopContainerRequest;
import ctrenc.proto.v1.UnmountContainerRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The daemon over its socket, with runc and the kernel's overlayfs in the place of the store and
 * FUSE.
 */
@Tag("kernel")
class DaemonTest {

  @TempDir Path home;

  private FakeStore store;
  private DaemonUnderTest daemon;

  @BeforeEach
  void start() throws Exception {
    store = new FakeStore(home.resolve("fake"));
    daemon = DaemonUnderTest.onFakes(TestSettings.in(home), store);
  }

  @AfterEach
  void end() {
    daemon.close();
  }

  private static ContainerSpec.Builder host(String... command) {
    return ContainerSpec.newBuilder()
        .setBase(Base.newBuilder().setHostDirectory("/"))
        .setNetwork(Network.NETWORK_NONE)
        .setProcess(ProcessSpec.newBuilder().addAllArgs(List.of(command)));
  }

  @Test
  void answersTheStandardHealthCheck() {
    HealthCheckResponse health = daemon.health().check(HealthCheckRequest.getDefaultInstance());
    assertThat(health.getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
  }

  @Test
  void runsOnTheHostsTreeAndLeavesNothing() throws Exception {
    try (RunClient run = new RunClient(daemon)) {
      run.start(
          host("sh", "-c", "echo secret > /root/note; cat /root/note; exit 7")
              .setRemove(true)
              .build());
      RunClient.Result result = run.execute();
      assertThat(result.output()).isEqualTo("secret\n");
      assertThat(result.code()).isEqualTo(7);
      assertThat(run.finish(7).getRemoved()).isTrue();
    }
    assertThat(Path.of("/root/note")).doesNotExist();
    assertThat(
            daemon
                .containers()
                .list(ListContainersRequest.getDefaultInstance())
                .getContainersList())
        .isEmpty();
    assertThat(store.subvolumes().list()).isEmpty();
    assertThat(home.resolve("run/roots")).isEmptyDirectory();
    assertThat(home.resolve("run/bundles")).isEmptyDirectory();
  }

  @Test
  void hidesItsOwnDirectoriesInTheHostsTree() throws Exception {
    try (RunClient run = new RunClient(daemon)) {
      run.start(
          host("sh", "-c", "ls -A " + home + "/state " + home + "/run | grep -v :; true")
              .setRemove(true)
              .build());
      assertThat(run.execute().output().strip()).isEmpty();
      run.finish(0);
    }
  }

  @Test
  void killsTheContainerOfACallerThatIsGone() throws Exception {
    RunClient run = new RunClient(daemon);
    Container container = run.start(host("sleep", "1000").setRemove(true).build());
    Process process = run.spawn();
    run.awaitPid(container.getId());
    run.close();
    assertThat(process.waitFor()).isNotZero();
    run.awaitGone(container.getId());
    assertThat(store.subvolumes().list()).isEmpty();
  }

  @Test
  void runsInTheBackgroundExecutesAndStops() throws Exception {
    Container container =
        daemon
            .containers()
            .runDetached(
                host(
                        "sh",
                        "-c",
                        "trap 'echo down; exit 3' TERM; echo up; while :; do sleep 0.1; done")
                    .setName("back")
                    .build())
            .getContainer();
    assertThat(container.getState()).isEqualTo(ContainerState.CONTAINER_STATE_RUNNING);
    assertThat(container.getPid()).isPositive();
    var command =
        daemon
            .containers()
            .exec(
                ExecRequest.newBuilder()
                    .setReference("back")
                    .setProcess(ProcessSpec.newBuilder().addArgs("hostname"))
                    .build());
    assertThat(RunClient.execute(command).output()).isEqualTo("back\n");
    while (!logs("back", false).equals("up\n")) {
      Thread.onSpinWait();
    }
    Container stopped =
        daemon
            .containers()
            .stop(
                StopContainerRequest.newBuilder().setReference("back").setGraceSeconds(50).build())
            .getContainer();
    assertThat(stopped.getState()).isEqualTo(ContainerState.CONTAINER_STATE_EXITED);
    assertThat(stopped.getExitCode()).isEqualTo(3);
    assertThat(logs("back", true)).isEqualTo("up\ndown\n");
    daemon.containers().remove(RemoveContainerRequest.newBuilder().setReference("back").build());
    assertThat(store.subvolumes().list()).isEmpty();
  }

  /** All that was said so far, or until it ends. */
  private String logs(String reference, boolean toItsEnd) {
    StringBuilder log = new StringBuilder();
    daemon
        .containers()
        .logs(LogsRequest.newBuilder().setReference(reference).setFollow(toItsEnd).build())
        .forEachRemaining(part -> log.append(part.getData().toStringUtf8()));
    return log.toString();
  }

  @Test
  void saysWhyABackgroundProcessDidNotStart() {
    assertThatThrownBy(() -> daemon.containers().runDetached(host("/no/such/program").build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
              assertThat(e.getStatus().getDescription()).contains("/no/such/program");
            });
    assertThat(store.subvolumes().list()).isEmpty();
  }

  @Test
  void showsARootWithoutAContainer() throws Exception {
    Container made =
        daemon
            .containers()
            .create(
                CreateContainerRequest.newBuilder()
                    .setSpec(
                        ContainerSpec.newBuilder()
                            .setName("bare")
                            .setBase(Base.newBuilder().setEmpty(true)))
                    .build())
            .getContainer();
    Path root = Path.of(made.getRoot());
    Files.writeString(root.resolve("file"), "x");
    Path further = Files.createDirectory(home.resolve("further"));
    daemon
        .containers()
        .mount(
            MountContainerRequest.newBuilder()
                .setReference("bare")
                .setPath(further.toString())
                .build());
    assertThat(further.resolve("file")).hasContent("x");
    daemon.containers().unmount(UnmountContainerRequest.newBuilder().setReference("bare").build());
    assertThat(further).isEmptyDirectory();
    Container view =
        daemon
            .containers()
            .inspect(InspectContainerRequest.newBuilder().setReference("bare").build());
    assertThat(view.getRoot()).isEmpty();
    assertThat(view.getStoredBytes()).isPositive();
  }

  @Test
  void refusesWhatCannotBeDone() {
    assertRefused(
        Status.Code.NOT_FOUND,
        () ->
            daemon
                .containers()
                .inspect(InspectContainerRequest.newBuilder().setReference("nobody").build()));
    assertRefused(
        Status.Code.NOT_FOUND, () -> create("a", Base.newBuilder().setImage("none").build()));
    assertRefused(Status.Code.INVALID_ARGUMENT, () -> create("a", Base.getDefaultInstance()));
    assertRefused(
        Status.Code.INVALID_ARGUMENT,
        () -> create("../a", Base.newBuilder().setEmpty(true).build()));
    create("a", Base.newBuilder().setEmpty(true).build());
    assertRefused(
        Status.Code.ALREADY_EXISTS, () -> create("a", Base.newBuilder().setEmpty(true).build()));
    assertThat(store.subvolumes().list()).hasSize(1);
  }

  private Container create(String name, Base base) {
    return daemon
        .containers()
        .create(
            CreateContainerRequest.newBuilder()
                .setSpec(ContainerSpec.newBuilder().setName(name).setBase(base))
                .build())
        .getContainer();
  }

  private static void assertRefused(
      Status.Code code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              assertThat(e.getStatus().getDescription()).isNotBlank();
            });
  }

  @Test
  void endsOnlyWhenNothingRunsOrItIsForced() throws Exception {
    daemon.containers().runDetached(host("sleep", "1000").build());
    assertThat(daemon.daemon().status(StatusRequest.getDefaultInstance()).getRunning()).isOne();
    assertRefused(
        Status.Code.FAILED_PRECONDITION,
        () -> daemon.daemon().shutdown(ShutdownRequest.getDefaultInstance()));
    assertThat(daemon.asked.getCount()).isOne();
    daemon.daemon().shutdown(ShutdownRequest.newBuilder().setForce(true).build());
    // It answers first: nobody could, once it ends.
    assertThat(daemon.asked.await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void leavesARunDirectoryToTheDaemonThatHasIt() {
    assertThatThrownBy(() -> DaemonUnderTest.onFakes(TestSettings.in(home), store))
        .hasMessageContaining("Another daemon");
    assertThat(daemon.daemon().status(StatusRequest.getDefaultInstance()).getPid()).isPositive();
  }
}
