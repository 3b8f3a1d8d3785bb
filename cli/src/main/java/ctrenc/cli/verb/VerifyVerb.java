package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Progress;
import ctrenc.proto.v1.VerifyProgress;
import ctrenc.proto.v1.VerifyRequest;
import ctrenc.proto.v1.VerifyResponse;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Has the daemon read all that is stored, and compare it with checksums, rules and seals. */
public final class VerifyVerb implements Verb {
  private static final String FROM = "--from";

  @Override
  public String name() {
    return "verify";
  }

  @Override
  public String summary() {
    return "Read all that is stored, and tell what is damaged; needs no keys.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "Roots may be in use. Where the keys are in memory, every seal is opened as well, and files are",
        "named. Returns 8 if anything is wrong.");
    StoreOptions.describeRate(spec, "Read");
    spec.addOption(Options.value("POSITION", "Go on where an earlier one was interrupted.", FROM));
    spec.addOption(Options.json());
    StoreOptions.describeRoot(spec);
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    VerifyRequest.Builder request = VerifyRequest.newBuilder();
    StoreOptions.rate(arguments).ifPresent(request::setBytesPerSecond);
    arguments.value(FROM).ifPresent(request::setFrom);
    StoreOptions.root(arguments).ifPresent(request::setReference);
    Connection daemon = session.startedDaemon();
    BlockingClientCall<?, VerifyResponse> call = daemon.maintenance().verify(request.build());
    VerifyText seen = new VerifyText(arguments.json());
    Interruption interruption = new Interruption(session, again(request.getReference()));
    Progress progress = session.progress();
    try (interruption) {
      VerifyResponse response = daemon.ask(call::read);
      while (response != null) {
        if (response.hasProgress()) {
          VerifyProgress step = response.getProgress();
          interruption.reached(step.getPosition());
          progress.show("verifying", step.getDone(), step.getTotal());
        } else {
          progress.end();
          session.out().text(seen.add(response));
          session.out().flush();
        }
        response = daemon.ask(call::read);
      }
      interruption.done();
    } finally {
      progress.end();
    }
    return (seen.isSound() ? ExitCode.OK : ExitCode.DAMAGED).number();
  }

  private static String again(String name) {
    return "ctr-enc verify %s--from ".formatted(name.isEmpty() ? "" : name + " ");
  }
}
