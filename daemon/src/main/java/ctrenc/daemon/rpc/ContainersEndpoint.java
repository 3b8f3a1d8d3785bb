package ctrenc.daemon.rpc;

import com.google.protobuf.UnsafeByteOperations;
import ctrenc.daemon.container.ContainerLog;
import ctrenc.daemon.container.Containers;
import ctrenc.daemon.container.EventFeed;
import ctrenc.daemon.nested.ForegroundRun;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.proto.v1.Command;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.ContainersGrpc;
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
import ctrenc.proto.v1.QuotaRequest;
import ctrenc.proto.v1.QuotaResponse;
import ctrenc.proto.v1.RemoveContainerRequest;
import ctrenc.proto.v1.RemoveContainerResponse;
import ctrenc.proto.v1.RunRequest;
import ctrenc.proto.v1.RunResponse;
import ctrenc.proto.v1.StopContainerRequest;
import ctrenc.proto.v1.StopContainerResponse;
import ctrenc.proto.v1.UnmountContainerRequest;
import ctrenc.proto.v1.UnmountContainerResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/** The service ctrenc.v1.Containers. */
public final class ContainersEndpoint extends ContainersGrpc.ContainersImplBase {

  private static final int LOG_PART = 64 * 1024;
  private static final long WAKE_MILLIS = 1000;

  private final Containers containers;
  private final EventFeed events;
  private final Executor streams;

  /** {@code streams} runs answers of many parts; each takes a thread until it ends. */
  public ContainersEndpoint(Containers containers, EventFeed events, Executor streams) {
    this.containers = containers;
    this.events = events;
    this.streams = streams;
  }

  @Override
  public void create(
      CreateContainerRequest request, StreamObserver<CreateContainerResponse> observer) {
    Answer.with(observer, () -> created(containers.create(request.getSpec())));
  }

  @Override
  public void runDetached(ContainerSpec spec, StreamObserver<CreateContainerResponse> observer) {
    Answer.with(observer, () -> created(containers.runDetached(spec)));
  }

  private static CreateContainerResponse created(Container container) {
    return CreateContainerResponse.newBuilder().setContainer(container).build();
  }

  @Override
  public StreamObserver<RunRequest> run(StreamObserver<RunResponse> observer) {
    return new RunConversation(this::begin, (ServerCallStreamObserver<RunResponse>) observer);
  }

  private ForegroundRun begin(RunRequest request) throws IOException {
    return request.hasStart()
        ? containers.run(request.getStart())
        : containers.run(request.getExisting().getReference(), request.getExisting().getProcess());
  }

  @Override
  public void exec(ExecRequest request, StreamObserver<Command> observer) {
    Answer.with(observer, () -> containers.exec(request.getReference(), request.getProcess()));
  }

  @Override
  public void mount(
      MountContainerRequest request, StreamObserver<MountContainerResponse> observer) {
    Optional<Path> target =
        request.getPath().isEmpty() ? Optional.empty() : Optional.of(Path.of(request.getPath()));
    Answer.with(
        observer,
        () ->
            MountContainerResponse.newBuilder()
                .setPath(containers.mount(request.getReference(), target).toString())
                .build());
  }

  @Override
  public void unmount(
      UnmountContainerRequest request, StreamObserver<UnmountContainerResponse> observer) {
    Answer.with(
        observer,
        () -> {
          containers.unmount(request.getReference());
          return UnmountContainerResponse.getDefaultInstance();
        });
  }

  @Override
  public void stop(StopContainerRequest request, StreamObserver<StopContainerResponse> observer) {
    Duration grace = Duration.ofSeconds(Math.max(0, request.getGraceSeconds()));
    Answer.with(observer, () -> containers.stop(request.getReference(), grace));
  }

  @Override
  public void remove(
      RemoveContainerRequest request, StreamObserver<RemoveContainerResponse> observer) {
    Answer.with(
        observer,
        () ->
            containers.remove(request.getReference(), request.getForce(), request.getSnapshots()));
  }

  @Override
  public void list(ListContainersRequest request, StreamObserver<ListContainersResponse> observer) {
    Answer.with(
        observer,
        () -> ListContainersResponse.newBuilder().addAllContainers(containers.list()).build());
  }

  @Override
  public void inspect(InspectContainerRequest request, StreamObserver<Container> observer) {
    Answer.with(observer, () -> containers.inspect(request.getReference()));
  }

  @Override
  public void quota(QuotaRequest request, StreamObserver<QuotaResponse> observer) {
    Answer.with(observer, () -> containers.quotas().quota(request));
  }

  @Override
  public void events(EventsRequest request, StreamObserver<Event> observer) {
    EventFeed.Subscription subscription = events.subscribe();
    new StreamedAnswer<>((ServerCallStreamObserver<Event>) observer)
        .write(streams, answer -> writeEvents(subscription, answer));
  }

  private static void writeEvents(EventFeed.Subscription subscription, StreamedAnswer<Event> answer)
      throws Exception {
    try (subscription) {
      while (!answer.isCancelled()) {
        Event event = subscription.next(WAKE_MILLIS);
        if (event != null && !answer.send(event)) {
          return;
        }
        if (!subscription.isComplete()) {
          throw RefusedException.full(
              "Events came faster than they were read, and some are lost: listen again.");
        }
      }
    }
  }

  @Override
  public void logs(LogsRequest request, StreamObserver<LogsResponse> observer) {
    new StreamedAnswer<>((ServerCallStreamObserver<LogsResponse>) observer)
        .write(
            streams,
            answer ->
                writeLog(containers.log(request.getReference()), request.getFollow(), answer));
  }

  private static void writeLog(
      ContainerLog log, boolean follow, StreamedAnswer<LogsResponse> answer) throws Exception {
    long position = 0;
    while (!answer.isCancelled()) {
      ContainerLog.Part part = log.read(position, LOG_PART, follow ? WAKE_MILLIS : 0);
      position = part.next();
      if (part.bytes().length > 0) {
        answer.send(
            LogsResponse.newBuilder()
                .setData(UnsafeByteOperations.unsafeWrap(part.bytes()))
                .build());
      } else if (part.isLast() || !follow) {
        return;
      }
    }
  }
}
