package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.CheckRequest;
import ctrenc.proto.v1.CheckResponse;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Has the daemon look at its whole store. */
public final class CheckVerb implements Verb {
  @Override
  public String name() {
    return "check";
  }

  @Override
  public String summary() {
    return "Prove that nothing of the store is lost and nothing is left over.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "Layers that are locked or being written to are counted, but not what their files refer to.");
    spec.addOption(Options.json());
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Connection daemon = session.startedDaemon();
    CheckRequest request = CheckRequest.getDefaultInstance();
    CheckResponse seen = daemon.ask(() -> daemon.maintenance(Connection.PATIENT).check(request));
    session
        .out()
        .text(
            arguments.json()
                ? Json.object(seen, CheckText::fields) + "\n"
                : CheckText.details(seen));
    return (seen.getProblemsCount() == 0 ? ExitCode.OK : ExitCode.DAMAGED).number();
  }
}
