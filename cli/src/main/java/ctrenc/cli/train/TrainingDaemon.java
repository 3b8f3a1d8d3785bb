package ctrenc.cli.train;

import com.google.protobuf.Message;
import ctrenc.proto.v1.Command;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainersGrpc;
import ctrenc.proto.v1.CreateContainerResponse;
import ctrenc.proto.v1.DaemonGrpc;
import ctrenc.proto.v1.Image;
import ctrenc.proto.v1.ImagesGrpc;
import ctrenc.proto.v1.ImportImageProgress;
import ctrenc.proto.v1.ImportImageResponse;
import ctrenc.proto.v1.ListContainersResponse;
import ctrenc.proto.v1.ListImagesResponse;
import ctrenc.proto.v1.RunFinished;
import ctrenc.proto.v1.RunResponse;
import ctrenc.proto.v1.RunStarted;
import ctrenc.proto.v1.TransfersGrpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/**
 * A daemon that does nothing: it gives every request an answer of the right shape, so that a client
 * goes through all that it goes through with a real one.
 */
final class TrainingDaemon implements AutoCloseable {
  private static final Container CONTAINER =
      Container.newBuilder().setId("0123456789abcdef").setName("training").addArgs("true").build();
  private static final Image IMAGE = Image.newBuilder().setId("0123456789abcdef").build();
  private static final Command COMMAND = Command.newBuilder().addArgv("/bin/true").build();

  private final Server server;

  TrainingDaemon(Path socket) throws IOException {
    OkHttpServerBuilder builder =
        OkHttpServerBuilder.forPort(1, InsecureServerCredentials.create())
            .socketFactory(new UnixServerSocketFactory(socket))
            .directExecutor();
    for (ServiceDescriptor service :
        List.of(
            ContainersGrpc.getServiceDescriptor(),
            ImagesGrpc.getServiceDescriptor(),
            TransfersGrpc.getServiceDescriptor(),
            DaemonGrpc.getServiceDescriptor())) {
      builder.addService(answering(service));
    }
    server = builder.build().start();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static ServerServiceDefinition answering(ServiceDescriptor service) {
    ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(service);
    for (MethodDescriptor<?, ?> method : service.getMethods()) {
      add(definition, method);
    }
    return definition.build();
  }

  private static <Q, A> void add(
      ServerServiceDefinition.Builder definition, MethodDescriptor<Q, A> method) {
    definition.addMethod(
        method,
        ServerCalls.asyncBidiStreamingCall(
            responses -> new Answering<>(responses, answers(method).iterator())));
  }

  /** The first answer goes out at the first request, the others at the end of the requests. */
  @SuppressWarnings("unchecked") // An answer is made of the prototype of the method's own type.
  private static <A> List<A> answers(MethodDescriptor<?, A> method) {
    var marshaller = (MethodDescriptor.PrototypeMarshaller<A>) method.getResponseMarshaller();
    Message prototype = (Message) Objects.requireNonNull(marshaller.getMessagePrototype());
    return (List<A>) answers(prototype);
  }

  private static List<? extends Message> answers(Message prototype) {
    return switch (prototype) {
      case RunResponse _ ->
          List.of(
              RunResponse.newBuilder()
                  .setStarted(RunStarted.newBuilder().setContainer(CONTAINER).setCommand(COMMAND))
                  .build(),
              RunResponse.newBuilder()
                  .setFinished(RunFinished.newBuilder().setRemoved(true))
                  .build());
      case ImportImageResponse _ ->
          List.of(
              ImportImageResponse.newBuilder()
                  .setProgress(ImportImageProgress.newBuilder().setStage("unpacking").setTotal(1))
                  .build(),
              ImportImageResponse.newBuilder().setImage(IMAGE).build());
      case Command _ -> List.of(COMMAND);
      case Container _ -> List.of(CONTAINER);
      case CreateContainerResponse _ ->
          List.of(CreateContainerResponse.newBuilder().setContainer(CONTAINER).build());
      case ListContainersResponse _ ->
          List.of(ListContainersResponse.newBuilder().addContainers(CONTAINER).build());
      case ListImagesResponse _ ->
          List.of(ListImagesResponse.newBuilder().addImages(IMAGE).build());
      default -> List.of(prototype);
    };
  }

  private record Answering<Q, A>(StreamObserver<A> responses, Iterator<A> answers)
      implements StreamObserver<Q> {
    @Override
    public void onNext(Q request) {
      if (answers.hasNext()) {
        responses.onNext(answers.next());
      }
    }

    @Override
    public void onError(Throwable cause) {
      // The client has gone; nothing is held for it.
    }

    @Override
    public void onCompleted() {
      answers.forEachRemaining(responses::onNext);
      responses.onCompleted();
    }
  }
}
