package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.LogsRequest;
import ctrenc.proto.v1.LogsResponse;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Prints what a detached container wrote, byte for byte. */
public final class LogsVerb implements Verb {
  private static final String FOLLOW = "--follow";

  @Override
  public String name() {
    return "logs";
  }

  @Override
  public String summary() {
    return "Print what a detached container wrote.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(Options.flag("Go on until the container ends.", "-f", FOLLOW));
    spec.addPositional(Options.positional("NAME", 1, 1, "The container."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Connection daemon = session.daemon();
    LogsRequest request =
        LogsRequest.newBuilder()
            .setReference(arguments.positional(0))
            .setFollow(arguments.has(FOLLOW))
            .build();
    BlockingClientCall<?, LogsResponse> call = daemon.containers().logs(request);
    LogsResponse response = daemon.ask(call::read);
    while (response != null) {
      session.out().bytes(response.getData().toByteArray());
      session.out().flush();
      response = daemon.ask(call::read);
    }
    return ExitCode.OK.number();
  }
}
