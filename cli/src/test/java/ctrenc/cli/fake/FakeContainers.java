package ctrenc.cli.fake;

import com.google.protobuf.ByteString;
import ctrenc.proto.v1.CacheMode;
import ctrenc.proto.v1.Command;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.ContainerState;
import ctrenc.proto.v1.ContainersGrpc.ContainersImplBase;
import ctrenc.proto.v1.CreateContainerRequest;
import ctrenc.proto.v1.CreateContainerResponse;
import ctrenc.proto.v1.Event;
import ctrenc.proto.v1.EventsRequest;
import ctrenc.proto.v1.ExecRequest;
import ctrenc.proto.v1.InspectContainerRequest;
import ctrenc.proto.v1.ListContainersRequest;
import ctrenc.proto.v1.ListContainersResponse;
import ctrenc.proto.v1.LogsRequest;
import ctrenc.proto.v1.LogsResponse;
import ctrenc.proto.v1.MountContainerRequest;
import ctrenc.proto.v1.MountContainerResponse;
import ctrenc.proto.v1.Passthrough;
import ctrenc.proto.v1.QuotaRequest;
import ctrenc.proto.v1.QuotaResponse;
import ctrenc.proto.v1.RemainingReader;
import ctrenc.proto.v1.RemoveContainerRequest;
import ctrenc.proto.v1.RemoveContainerResponse;
import ctrenc.proto.v1.RunRequest;
import ctrenc.proto.v1.RunResponse;
import ctrenc.proto.v1.StopContainerRequest;
import ctrenc.proto.v1.StopContainerResponse;
import ctrenc.proto.v1.UnmountContainerRequest;
import ctrenc.proto.v1.UnmountContainerResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Holds containers by name. A command "in" one of them is that command on the host. */
public final class FakeContainers extends ContainersImplBase {
  static final Instant CREATED = Instant.parse("2026-01-02T03:00:00Z");

  private final Map<String, Container> containers = Samples.containers();
  private final FakeRuns runs = new FakeRuns();

  /** What came over the Run call. */
  public FakeRuns runs() {
    return runs;
  }

  static Container.Builder container(String name, String base) {
    return Container.newBuilder()
        .setId("c0de%028x".formatted(name.hashCode()))
        .setName(name)
        .setBase(base)
        .setState(ContainerState.CONTAINER_STATE_CREATED)
        .setRoot("/run/ctr-enc/mounts/" + name)
        .setCreatedAtMillis(CREATED.toEpochMilli())
        .setCache(CacheMode.CACHE_MODE_IMAGE)
        .setPassthrough(Passthrough.PASSTHROUGH_ACTIVE)
        .setSubvolume("00000000-0000-0000-0000-000000000001");
  }

  @Override
  public synchronized void create(
      CreateContainerRequest request, StreamObserver<CreateContainerResponse> responses) {
    add(request.getSpec(), responses);
  }

  @Override
  public synchronized void runDetached(
      ContainerSpec spec, StreamObserver<CreateContainerResponse> responses) {
    add(spec, responses);
  }

  private void add(ContainerSpec spec, StreamObserver<CreateContainerResponse> responses) {
    String name = spec.getName().isEmpty() ? "made-up" : spec.getName();
    if (containers.containsKey(name)) {
      responses.onError(
          Status.ALREADY_EXISTS
              .withDescription("a container '%s' exists: choose another name".formatted(name))
              .asException());
      return;
    }
    Container container =
        container(name, spec.getBase().getImage()).setKeep(spec.getKeep()).build();
    containers.put(name, container);
    answer(responses, CreateContainerResponse.newBuilder().setContainer(container).build());
  }

  @Override
  public StreamObserver<RunRequest> run(StreamObserver<RunResponse> responses) {
    return runs.begin(responses);
  }

  @Override
  public void exec(ExecRequest request, StreamObserver<Command> responses) {
    with(
        request.getReference(),
        responses,
        container -> answer(responses, FakeRuns.command(request.getProcess())));
  }

  @Override
  public void mount(
      MountContainerRequest request, StreamObserver<MountContainerResponse> responses) {
    with(
        request.getReference(),
        responses,
        container -> {
          String path = request.getPath().isEmpty() ? container.getRoot() : request.getPath();
          answer(responses, MountContainerResponse.newBuilder().setPath(path).build());
        });
  }

  @Override
  public void unmount(
      UnmountContainerRequest request, StreamObserver<UnmountContainerResponse> responses) {
    with(
        request.getReference(),
        responses,
        container -> answer(responses, UnmountContainerResponse.getDefaultInstance()));
  }

  @Override
  public void stop(StopContainerRequest request, StreamObserver<StopContainerResponse> responses) {
    with(
        request.getReference(),
        responses,
        container ->
            answer(responses, StopContainerResponse.newBuilder().setContainer(container).build()));
  }

  @Override
  public void remove(
      RemoveContainerRequest request, StreamObserver<RemoveContainerResponse> responses) {
    with(
        request.getReference(),
        responses,
        container -> {
          if (container.getPid() != 0 && !request.getForce()) {
            responses.onError(
                Status.FAILED_PRECONDITION
                    .withDescription(
                        "'%s' is running: stop it, or use --force".formatted(container.getName()))
                    .asException());
            return;
          }
          containers.remove(container.getName());
          RemoveContainerResponse.Builder gone =
              RemoveContainerResponse.newBuilder().setRemoved(container).setLostLayers(1);
          if (container.getName().equals("new")) {
            gone.addReaders(RemainingReader.newBuilder().setName("web").setLayers(2));
            gone.setLost(Samples.lostKeys());
          }
          answer(responses, gone.build());
        });
  }

  @Override
  public synchronized void list(
      ListContainersRequest request, StreamObserver<ListContainersResponse> responses) {
    answer(
        responses,
        ListContainersResponse.newBuilder().addAllContainers(containers.values()).build());
  }

  @Override
  public void inspect(InspectContainerRequest request, StreamObserver<Container> responses) {
    with(
        request.getReference(),
        responses,
        container ->
            answer(
                responses,
                container.toBuilder()
                    .addAllLayers(Samples.lostKeys().getSharedList())
                    .setStoredBytes(5_242_880)
                    .setInodes(42)
                    .setExclusiveBytes(4_194_304)
                    .setSharedBytes(1_048_576)
                    .build()));
  }

  @Override
  public void events(EventsRequest request, StreamObserver<Event> responses) {
    Event event =
        Event.newBuilder()
            .setAtMillis(CREATED.toEpochMilli())
            .setKind("exited")
            .setContainer("c0de")
            .putFacts("exitCode", "7")
            .putFacts("a", "b")
            .build();
    answer(responses, event);
  }

  @Override
  public void logs(LogsRequest request, StreamObserver<LogsResponse> responses) {
    with(
        request.getReference(),
        responses,
        container -> {
          for (String line : new String[] {"first\n", "second\n"}) {
            responses.onNext(
                LogsResponse.newBuilder().setData(ByteString.copyFromUtf8(line)).build());
          }
          responses.onCompleted();
        });
  }

  @Override
  public void quota(QuotaRequest request, StreamObserver<QuotaResponse> responses) {
    answer(responses, Samples.quotas(request));
  }

  private synchronized void with(
      String reference, StreamObserver<?> responses, Consumer<Container> action) {
    if (reference.equals("damaged")) {
      responses.onError(
          Status.DATA_LOSS
              .withDescription("a record of 'damaged' is damaged: restore it from a backup")
              .asException());
      return;
    }
    if (reference.equals("bug")) {
      responses.onError(Status.INTERNAL.withDescription("index 7 out of bounds").asException());
      return;
    }
    Optional.ofNullable(containers.get(reference))
        .ifPresentOrElse(
            action,
            () ->
                responses.onError(
                    Status.NOT_FOUND
                        .withDescription(
                            "there is no container '%s': see 'ctr-enc ps'".formatted(reference))
                        .asException()));
  }

  private static <A> void answer(StreamObserver<A> responses, A answer) {
    responses.onNext(answer);
    responses.onCompleted();
  }
}
