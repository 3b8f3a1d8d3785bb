package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.Base;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.CreateContainerRequest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** Makes and mounts a root without a process, for scripts and other runtimes. */
public final class CreateVerb implements Verb {
  private static final String KEEP = "--keep";

  @Override
  public String name() {
    return "create";
  }

  @Override
  public String summary() {
    return "Make an encrypted root, mount it and print its path, which is all that is printed.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec, "It stays until 'ctr-enc rm', or, without --keep, until the daemon stops.");
    BaseOptions.describe(spec);
    spec.addOption(
        Options.flag("Keep it across restarts: its key is wrapped by this machine's key.", KEEP));
    CacheOption.describe(spec);
    ProtectorOptions.describeNew(spec);
    spec.addOption(Options.json());
    spec.addPositional(
        Options.positional(
            "NAME [IMAGE]", 1, 2, "Its name, and the image unless an option names the base."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    List<String> positionals = arguments.positionals();
    Optional<Base> option = BaseOptions.fromOptions(arguments, session.surroundings().directory());
    if (option.isPresent() == (positionals.size() == 2)) {
      throw Arguments.usage(
          "what is the base? write one of: an image's name, --host, --lower DIR, --empty");
    }
    ContainerSpec spec =
        ContainerSpec.newBuilder()
            .setName(positionals.getFirst())
            .setBase(option.orElseGet(() -> BaseOptions.image(positionals.get(1))))
            .setKeep(arguments.has(KEEP))
            .setCache(CacheOption.mode(arguments))
            .addAllProtection(
                ProtectorOptions.groups(arguments, session.surroundings().directory()))
            .build();
    Connection daemon = session.startedDaemon();
    CreateContainerRequest request = CreateContainerRequest.newBuilder().setSpec(spec).build();
    Container container =
        daemon.ask(() -> daemon.containers(Connection.PATIENT).create(request)).getContainer();
    session
        .out()
        .line(
            arguments.json() ? Json.object(container, ContainerText::fields) : container.getRoot());
    return ExitCode.OK.number();
  }
}
