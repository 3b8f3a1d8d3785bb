package ctrenc.cli.start;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import ctrenc.cli.process.LiveProcess;
import ctrenc.cli.rpc.Places;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the daemon is executed: by the Java and from the home that the launcher names, in a session
 * of its own, with an environment that holds nothing of the caller's but what concerns it.
 */
final class DaemonCommand {
  /**
   * Tells the number of a process that is nobody's child: the VM of the caller takes 0.3 s longer
   * to end while one of its threads waits for a child.
   */
  private static final String LAUNCH = "setsid \"$@\" </dev/null >&2 & echo $!";

  private static final List<String> HANDED_ON = List.of("PATH", "HOME", "TMPDIR");
  private static final List<String> HANDED_ON_PREFIXES = List.of("CTR_ENC_", "QUARKUS_");

  private final Map<String, String> environment;
  private final Places places;

  DaemonCommand(Map<String, String> environment, Places places) {
    this.environment = environment;
    this.places = places;
  }

  /**
   * Starts what was built.
   *
   * @return the daemon's process; empty if it has ended already
   */
  static Optional<LiveProcess> launch(ProcessBuilder builder) throws IOException {
    Process shell = builder.start();
    try (BufferedReader out = shell.inputReader(StandardCharsets.US_ASCII)) {
      String number = out.readLine();
      return number == null ? Optional.empty() : LiveProcess.of(Long.parseLong(number));
    }
  }

  ProcessBuilder builder(Path log) {
    Path home = Path.of(required("CTR_ENC_HOME"));
    String java = required("CTR_ENC_JAVA");
    Path arguments = home.resolve("daemon.args");
    Path jar = home.resolve("daemon/quarkus-run.jar");
    for (Path needed : List.of(Path.of(java), arguments, jar)) {
      if (!Files.isReadable(needed)) {
        throw new Failure(
            ExitCode.UNREACHABLE,
            "the daemon cannot be started because %s is missing: build ctr-enc again"
                .formatted(needed));
      }
    }
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", LAUNCH, "sh", java, "@" + arguments, "-jar", jar.toString())
            .directory(new File("/"))
            .redirectInput(new File("/dev/null"))
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    fill(builder.environment());
    return builder;
  }

  private void fill(Map<String, String> target) {
    target.clear();
    environment.forEach(
        (name, value) -> {
          if (HANDED_ON.contains(name) || HANDED_ON_PREFIXES.stream().anyMatch(name::startsWith)) {
            target.put(name, value);
          }
        });
    target.put("LC_ALL", "C.UTF-8"); // By it the JVM knows how names of files are written.
    // RocksDB would start a shell to find out which C library there is; that of Debian is glibc.
    target.put("ROCKSDB_MUSL_LIBC", "false");
    target.put("CTR_ENC_STATE", places.state().toString());
    target.put("CTR_ENC_RUN", places.run().toString());
  }

  private String required(String variable) {
    return Optional.ofNullable(environment.get(variable))
        .orElseThrow(
            () ->
                new Failure(
                    ExitCode.UNREACHABLE,
                    "the daemon cannot be started without %s: call the launcher cli/ctr-enc"
                        .formatted(variable)));
  }
}
