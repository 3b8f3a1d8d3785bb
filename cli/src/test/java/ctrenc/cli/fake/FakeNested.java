package ctrenc.cli.fake;

import ctrenc.proto.v1.ListContainersRequest;
import ctrenc.proto.v1.ListContainersResponse;
import ctrenc.proto.v1.NestedGrpc.NestedImplBase;
import ctrenc.proto.v1.RunRequest;
import ctrenc.proto.v1.RunResponse;
import io.grpc.stub.StreamObserver;

/** What a daemon offers inside a container, over the same containers as outside. */
final class FakeNested extends NestedImplBase {
  private final FakeContainers containers;

  FakeNested(FakeContainers containers) {
    this.containers = containers;
  }

  @Override
  public StreamObserver<RunRequest> run(StreamObserver<RunResponse> responses) {
    return containers.run(responses);
  }

  @Override
  public void list(
      ListContainersRequest request, StreamObserver<ListContainersResponse> responses) {
    containers.list(request, responses);
  }
}
