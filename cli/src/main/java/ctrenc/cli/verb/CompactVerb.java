package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Human;
import ctrenc.cli.text.Json;
import ctrenc.cli.text.Progress;
import ctrenc.proto.v1.CompactProgress;
import ctrenc.proto.v1.CompactRequest;
import ctrenc.proto.v1.CompactResponse;
import ctrenc.proto.v1.CompactSummary;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Has the daemon rewrite the segment files that are mostly dead. */
public final class CompactVerb implements Verb {
  @Override
  public String name() {
    return "compact";
  }

  @Override
  public String summary() {
    return "Rewrite files of the store that are mostly dead; needs no keys.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "Roots may be in use, or locked. Most room is given back without this, when files in a root are",
        "removed; this frees what lies scattered. Returns 8 if it met something damaged, which stays.");
    StoreOptions.describeRate(spec, "Move");
    spec.addOption(Options.json());
    StoreOptions.describeRoot(spec);
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    CompactRequest.Builder request = CompactRequest.newBuilder();
    StoreOptions.rate(arguments).ifPresent(request::setBytesPerSecond);
    StoreOptions.root(arguments).ifPresent(request::setReference);
    Connection daemon = session.startedDaemon();
    BlockingClientCall<?, CompactResponse> call = daemon.maintenance().compact(request.build());
    CompactSummary summary = CompactSummary.getDefaultInstance();
    Progress progress = session.progress();
    try {
      CompactResponse response = daemon.ask(call::read);
      while (response != null) {
        if (response.hasProgress()) {
          CompactProgress step = response.getProgress();
          progress.show("compacting", step.getDone(), step.getTotal());
        } else {
          summary = response.getSummary();
        }
        response = daemon.ask(call::read);
      }
    } finally {
      progress.end();
    }
    session
        .out()
        .text(arguments.json() ? Json.object(summary, CompactVerb::fields) + "\n" : text(summary));
    return (summary.getDamaged() == 0 ? ExitCode.OK : ExitCode.DAMAGED).number();
  }

  private static String text(CompactSummary summary) {
    String damage =
        summary.getDamaged() == 0
            ? ""
            : "; %d extents are damaged and stay: see 'ctr-enc verify'"
                .formatted(summary.getDamaged());
    return "%s moved, %d files removed, %s reclaimed%s%n"
        .formatted(
            Human.size(summary.getMovedBytes()),
            summary.getFiles(),
            Human.size(Math.max(0, summary.getReclaimedBytes())),
            damage);
  }

  private static void fields(Json json, CompactSummary summary) throws IOException {
    json.field("files", summary.getFiles())
        .field("movedBytes", summary.getMovedBytes())
        .field("reclaimedBytes", summary.getReclaimedBytes())
        .field("damaged", summary.getDamaged());
  }
}
