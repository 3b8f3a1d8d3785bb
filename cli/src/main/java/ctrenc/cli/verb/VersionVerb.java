package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.rpc.Endpoint;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.NestedVersionRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine.Model.CommandSpec;

/** Prints the versions of the command line and of the daemon, if one runs. */
public final class VersionVerb implements Verb {
  private record Versions(String client, String daemon) {}

  @Override
  public String name() {
    return "version";
  }

  @Override
  public String summary() {
    return "Print the version, and that of the daemon if one runs.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(Options.json());
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    boolean running = new Endpoint(session.places().socket()).state() == Endpoint.State.LISTENING;
    Versions versions = new Versions(own(), running ? ofDaemon(session) : "");
    if (arguments.json()) {
      session.out().line(Json.object(versions, VersionVerb::fields));
    } else {
      session.out().line("ctr-enc " + versions.client());
      session.out().line("daemon  " + (running ? versions.daemon() : "not running"));
    }
    return ExitCode.OK.number();
  }

  private static String ofDaemon(Session session) throws InterruptedException {
    Connection daemon = session.daemon();
    return session.surroundings().isInContainer()
        ? daemon
            .ask(
                () ->
                    daemon
                        .nested(Connection.SOON)
                        .version(NestedVersionRequest.getDefaultInstance()))
            .getVersion()
        : DaemonStatusVerb.ask(daemon).getVersion();
  }

  private static void fields(Json json, Versions versions) throws IOException {
    json.field("client", versions.client()).field("daemon", versions.daemon());
  }

  /** As the build wrote it. */
  static String own() throws IOException {
    try (InputStream in = VersionVerb.class.getResourceAsStream("/ctrenc/cli/version")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }
}
