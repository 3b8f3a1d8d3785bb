package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Human;
import ctrenc.cli.text.Json;
import ctrenc.cli.text.Table;
import ctrenc.proto.v1.Quota;
import ctrenc.proto.v1.QuotaRequest;
import ctrenc.proto.v1.QuotaResponse;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Shows and changes what a root, and what is nested in it, may use. */
public final class QuotaVerb implements Verb {
  private static final String BYTES = "--bytes";
  private static final String INODES = "--inodes";
  private static final String SUBVOLUME = "--subvolume";
  private static final String NONE = "none";

  @Override
  public String name() {
    return "quota";
  }

  @Override
  public String summary() {
    return "Show what a root and what is nested in it use, and limit it.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "A limit bounds a subvolume with all that is nested in it; what would pass it fails with",
        "EDQUOT. Each inode counts 4 KiB, whatever it holds.");
    describeLimits(spec);
    spec.addOption(
        Options.value("ID", "Of a nested subvolume, by its id or its start.", SUBVOLUME));
    spec.addOption(Options.json());
    spec.addPositional(Options.positional("NAME", 1, 1, "The container."));
  }

  static void describeLimits(CommandSpec spec) {
    spec.addOption(Options.value("AMOUNT", "At most so many bytes, as 2g, or none.", BYTES));
    spec.addOption(Options.value("NUMBER", "At most so many inodes, or none.", INODES));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    QuotaRequest.Builder request = request(arguments.positional(0), arguments);
    arguments.value(SUBVOLUME).ifPresent(request::setSubvolume);
    Connection daemon = session.startedDaemon();
    print(
        daemon.ask(() -> daemon.containers(Connection.PATIENT).quota(request.build())),
        session,
        arguments.json());
    return ExitCode.OK.number();
  }

  /** With the limits that are given. */
  static QuotaRequest.Builder request(String reference, Arguments arguments) {
    QuotaRequest.Builder request = QuotaRequest.newBuilder().setReference(reference);
    arguments.value(BYTES).ifPresent(text -> request.setLimitBytes(bytes(text)));
    arguments.value(INODES).ifPresent(text -> request.setLimitInodes(inodes(text)));
    return request;
  }

  static void print(QuotaResponse answer, Session session, boolean json) throws IOException {
    List<Quota> quotas = answer.getQuotasList();
    session.out().text(json ? Json.array(quotas, QuotaVerb::fields) + "\n" : table(quotas));
  }

  private static long bytes(String text) {
    return text.equals(NONE) ? 0 : Quantities.bytes(BYTES, text);
  }

  private static long inodes(String text) {
    if (text.equals(NONE)) {
      return 0;
    }
    if (!text.matches("[1-9]\\d{0,14}")) {
      throw Arguments.usage("%s wants a number, not '%s'".formatted(INODES, text));
    }
    return Long.parseLong(text);
  }

  private static String table(List<Quota> quotas) {
    Table table = new Table("SUBVOLUME", "IN", "BYTES", "OF", "INODES", "OF");
    for (Quota quota : quotas) {
      table.row(
          quota.getSubvolume(),
          quota.getParent().isEmpty() ? "-" : quota.getParent(),
          Human.size(quota.getTreeBytes()),
          quota.getLimitBytes() == 0 ? "-" : Human.size(quota.getLimitBytes()),
          Long.toString(quota.getTreeInodes()),
          quota.getLimitInodes() == 0 ? "-" : Long.toString(quota.getLimitInodes()));
    }
    return table.text();
  }

  private static void fields(Json json, Quota quota) throws IOException {
    json.field("subvolume", quota.getSubvolume())
        .field("parent", quota.getParent())
        .field("bytes", quota.getBytes())
        .field("inodes", quota.getInodes())
        .field("treeBytes", quota.getTreeBytes())
        .field("treeInodes", quota.getTreeInodes())
        .field("limitBytes", quota.getLimitBytes())
        .field("limitInodes", quota.getLimitInodes())
        .field("exclusiveBytes", quota.getExclusiveBytes())
        .field("sharedBytes", quota.getSharedBytes())
        .field("treeExclusiveBytes", quota.getTreeExclusiveBytes())
        .field("treeSharedBytes", quota.getTreeSharedBytes());
  }
}
