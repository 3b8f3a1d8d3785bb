package ctrenc.cli.verb;

import ctrenc.proto.v1.Base;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.Network;
import ctrenc.proto.v1.ProcessSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** What {@code run} takes. */
final class RunOptions {
  static final String EXISTING = "--existing";
  private static final String NAME = "--name";
  private static final String REMOVE = "--rm";
  private static final String KEEP = "--keep";
  private static final String DETACH = "--detach";
  private static final String VOLUME = "--volume";
  private static final String MOUNT = "--mount";
  private static final String HOSTNAME = "--hostname";
  private static final String NETWORK = "--network";
  private static final String MEMORY = "--memory";
  private static final String CPUS = "--cpus";
  private static final String READ_ONLY = "--read-only";
  private static final String NESTING = "--nesting";
  private static final List<String> OF_NEW_CONTAINERS =
      List.of(
          NAME,
          REMOVE,
          KEEP,
          DETACH,
          VOLUME,
          MOUNT,
          HOSTNAME,
          NETWORK,
          MEMORY,
          CPUS,
          READ_ONLY,
          NESTING,
          CacheOption.CACHE);
  private static final String SHELL = "/bin/sh";

  private RunOptions() {}

  static void describe(CommandSpec spec) {
    BaseOptions.describe(spec);
    spec.addOption(Options.flag("Run in a container that exists; its name comes first.", EXISTING));
    spec.addOption(Options.value("NAME", "Name the container, which then stays until rm.", NAME));
    spec.addOption(
        Options.flag(
            "Remove the container and its key at the end, although it has a name or is detached.",
            REMOVE));
    spec.addOption(
        Options.flag("Keep it across restarts: its key is wrapped by this machine's key.", KEEP));
    ProtectorOptions.describeNew(spec);
    spec.addOption(Options.flag("Run in the background and print the id.", "-d", DETACH));
    ProcessOptions.describe(spec);
    spec.addOption(
        Options.values("SOURCE:TARGET[:ro]", "Show a path of the host inside.", "-v", VOLUME));
    spec.addOption(
        Options.values("type=bind,...", "The same: source=PATH,target=PATH[,readonly].", MOUNT));
    spec.addOption(Options.value("NAME", "The name that the container sees of itself.", HOSTNAME));
    spec.addOption(
        Options.choice(List.of("host", "none"), "The host's network (default) or none.", NETWORK));
    spec.addOption(Options.value("BYTES", "Limit the memory: 512m, 2g.", "-m", MEMORY));
    spec.addOption(Options.value("NUMBER", "Limit the cores: 1.5.", CPUS));
    spec.addOption(Options.flag("The root cannot be written.", READ_ONLY));
    spec.addOption(
        Options.flag("Let processes in it run containers of their own by ctr-enc run.", NESTING));
    CacheOption.describe(spec);
  }

  static boolean detached(Arguments arguments) {
    boolean detached = arguments.has(DETACH);
    if (detached && ProcessOptions.wantsTerminal(arguments)) {
      throw Arguments.usage(
          "--detach and --tty exclude each other: a container in the background has no terminal");
    }
    return detached;
  }

  /** Refuses what only a new container can be given. */
  static void requireNothingNew(Arguments arguments) {
    OF_NEW_CONTAINERS.stream()
        .filter(arguments::has)
        .findFirst()
        .ifPresent(
            option -> {
              throw Arguments.usage(
                  "%s is decided when a container is made: leave it out with --existing"
                      .formatted(option));
            });
  }

  /** What follows the image's or container's name, or all if there is none. */
  static List<String> command(List<String> positionals, boolean named) {
    List<String> rest = named ? positionals.subList(1, positionals.size()) : positionals;
    boolean marked = named && !rest.isEmpty() && rest.getFirst().equals("--");
    return marked ? rest.subList(1, rest.size()) : rest;
  }

  /** An image may know a command of its own; nothing else does. */
  static List<String> orShell(List<String> command) {
    return command.isEmpty() ? List.of(SHELL) : command;
  }

  static Optional<Base> base(Arguments arguments, Path directory) {
    return BaseOptions.fromOptions(arguments, directory);
  }

  /**
   * A container with a name, in the background, or kept stays unless --rm says otherwise; any other
   * is gone when its process ends.
   */
  static ContainerSpec container(
      Arguments arguments, Base base, ProcessSpec process, Path directory) {
    boolean keep = arguments.has(KEEP);
    boolean remove = arguments.has(REMOVE);
    if (keep && remove) {
      throw Arguments.usage("--keep and --rm exclude each other: give one of them");
    }
    boolean stays = keep || arguments.value(NAME).isPresent() || arguments.has(DETACH);
    ContainerSpec.Builder spec =
        ContainerSpec.newBuilder()
            .setBase(base)
            .setProcess(process)
            .setKeep(keep)
            .setRemove(remove || !stays)
            .addAllProtection(ProtectorOptions.groups(arguments, directory))
            .setNetwork(network(arguments))
            .setReadOnly(arguments.has(READ_ONLY))
            .setNesting(arguments.has(NESTING))
            .setCache(CacheOption.mode(arguments));
    arguments.value(NAME).ifPresent(spec::setName);
    arguments.value(HOSTNAME).ifPresent(spec::setHostname);
    arguments.value(MEMORY).ifPresent(m -> spec.setMemoryLimit(Quantities.bytes(MEMORY, m)));
    arguments.value(CPUS).ifPresent(c -> spec.setCpuLimitMillis(Quantities.thousandths(CPUS, c)));
    arguments.values(VOLUME).forEach(v -> spec.addMounts(MountOption.volume(v, directory)));
    arguments.values(MOUNT).forEach(m -> spec.addMounts(MountOption.mount(m, directory)));
    return spec.build();
  }

  private static Network network(Arguments arguments) {
    String network = arguments.value(NETWORK).orElse("host");
    return switch (network) {
      case "host" -> Network.NETWORK_HOST;
      case "none" -> Network.NETWORK_NONE;
      default ->
          throw Arguments.usage("--network is 'host' or 'none', not '%s'".formatted(network));
    };
  }
}
