package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.QuotaRequest;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Shows and changes what a subvolume that is nested in the caller's container may use. */
public final class NestedQuotaVerb implements Verb {
  @Override
  public String name() {
    return "quota";
  }

  @Override
  public String summary() {
    return "Show what a nested subvolume and what is in it use, and limit it.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "For its owner. A limit bounds it with all that is nested in it; what would pass it fails",
        "with EDQUOT. What it is nested in bounds it besides, and this container's root is bounded",
        "from outside alone.");
    QuotaVerb.describeLimits(spec);
    spec.addOption(Options.json());
    spec.addPositional(NestedSubvolume.positional());
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    QuotaRequest request =
        QuotaVerb.request(NestedSubvolume.named(arguments.positional(0), session), arguments)
            .build();
    Connection daemon = session.daemon();
    QuotaVerb.print(
        daemon.ask(() -> daemon.nested(Connection.PATIENT).quota(request)),
        session,
        arguments.json());
    return ExitCode.OK.number();
  }
}
