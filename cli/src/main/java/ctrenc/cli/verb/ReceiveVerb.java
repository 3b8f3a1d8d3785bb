package ctrenc.cli.verb;

import ctrenc.proto.v1.ReceiveHeader;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Makes a root of a stream on standard input. */
public final class ReceiveVerb implements Verb {
  @Override
  public String name() {
    return "receive";
  }

  @Override
  public String summary() {
    return "Make a root of what 'ctr-enc send' wrote, read from standard input; needs no keys.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "Prints the root's name. It is locked, and opens with what opened it where it came from; the",
        "snapshot that was sent is there too. Of a stream that is cut or changed, nothing stays.");
    spec.addOption(Options.json());
    spec.addPositional(Options.positional("NAME", 1, 1, "What to call it."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    ReceiveHeader header = ReceiveHeader.newBuilder().setName(arguments.positional(0)).build();
    return Receiving.run(header, arguments.json(), session);
  }
}
