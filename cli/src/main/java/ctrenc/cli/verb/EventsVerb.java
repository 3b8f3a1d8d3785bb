package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.Event;
import ctrenc.proto.v1.EventsRequest;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.time.Instant;
import java.util.StringJoiner;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;

/** Prints what happens from now on, an event a line. */
public final class EventsVerb implements Verb {
  @Override
  public String name() {
    return "events";
  }

  @Override
  public String summary() {
    return "Print what happens to containers from now on, until interrupted.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(Options.flag("Print JSON for programs, an object a line.", Options.JSON));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Connection daemon = session.daemon();
    BlockingClientCall<?, Event> call =
        daemon.containers().events(EventsRequest.getDefaultInstance());
    Event event = daemon.ask(call::read);
    while (event != null) {
      session.out().line(arguments.json() ? Json.object(event, EventsVerb::fields) : text(event));
      session.out().flush();
      event = daemon.ask(call::read);
    }
    return ExitCode.OK.number();
  }

  private static String text(Event event) {
    StringJoiner line = new StringJoiner(" ");
    line.add(Instant.ofEpochMilli(event.getAtMillis()).toString());
    line.add(event.getKind()).add(event.getContainer());
    new TreeMap<>(event.getFactsMap()).forEach((name, value) -> line.add(name + "=" + value));
    return line.toString();
  }

  private static void fields(Json json, Event event) throws IOException {
    json.field("at", Instant.ofEpochMilli(event.getAtMillis()))
        .field("kind", event.getKind())
        .field("container", event.getContainer())
        .field("facts", event.getFactsMap());
  }
}
