package ctrenc.daemon.nested;

import ctrenc.daemon.config.Settings;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.daemon.runtime.ContainerBundle;
import ctrenc.proto.v1.BindMount;
import ctrenc.proto.v1.ProcessSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What is bound, read-only, into containers with nesting: the command line, with its cache and the
 * JDK that it runs on, as the launcher has them. Thread-safe.
 */
public final class NestedProgram {

  private static final String PATH = "PATH=";
  private static final String USUAL =
      PATH + "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final String BIN = ContainerBundle.NESTING + "/program";
  private static final String CACHE = "-XX:AOTCache=";
  private static final String CACHE_FILE = "cli.aot";

  private final Path directory;
  private final Settings settings;

  /** {@code directory} is where the files are laid that differ from the launcher's. */
  NestedProgram(Path directory, Settings settings) {
    this.directory = directory;
    this.settings = settings;
  }

  /** A process's settings with the command line at the end of its PATH. */
  public static ProcessSpec onPath(ProcessSpec process) {
    List<String> variables = new ArrayList<>(process.getEnvList());
    if (variables.stream().noneMatch(variable -> variable.startsWith(PATH))) {
      variables.add(USUAL);
    }
    variables.replaceAll(variable -> variable.startsWith(PATH) ? variable + ":" + BIN : variable);
    return process.toBuilder().clearEnv().addAllEnv(variables).build();
  }

  /** What a container gets whose sockets are in {@code sockets}. */
  List<BindMount> mounts(Path sockets) throws IOException {
    if (settings.programHome().isEmpty() || settings.javaProgram().isEmpty()) {
      throw RefusedException.conflict(
          "Containers with nesting need the command line that the launcher built: start the daemon by it.");
    }
    Path home = settings.programHome().get();
    Path jdk = settings.javaProgram().get().toRealPath().resolve("../..").normalize();
    lay(home);
    List<BindMount> mounts = new ArrayList<>();
    mounts.add(readOnly(sockets, "nested"));
    mounts.add(readOnly(directory, "program"));
    mounts.add(readOnly(home.resolve("cli"), "cli"));
    mounts.add(readOnly(jdk, "jdk"));
    if (Files.exists(home.resolve(CACHE_FILE))) {
      mounts.add(readOnly(home.resolve(CACHE_FILE), CACHE_FILE));
    }
    return mounts;
  }

  private static BindMount readOnly(Path source, String name) {
    return BindMount.newBuilder()
        .setSource(source.toString())
        .setTarget(ContainerBundle.NESTING + "/" + name)
        .setReadOnly(true)
        .build();
  }

  private synchronized void lay(Path home) throws IOException {
    if (Files.exists(directory)) {
      return;
    }
    Path fresh = directory.resolveSibling(directory.getFileName() + ".new");
    Files.createDirectories(fresh);
    copy("ctr-enc", fresh);
    copy("enter", fresh);
    Files.writeString(fresh.resolve("cli.args"), arguments(home));
    Files.setPosixFilePermissions(
        fresh.resolve("cli.args"), PosixFilePermissions.fromString("r--r--r--"));
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("r-xr-xr-x"));
    Files.move(fresh, directory);
  }

  /** The JVM's flags as the launcher has them, with the cache where it is inside. */
  private static String arguments(Path home) throws IOException {
    return Files.readAllLines(home.resolve("cli.args")).stream()
        .map(
            line ->
                line.startsWith(CACHE) ? CACHE + ContainerBundle.NESTING + "/" + CACHE_FILE : line)
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static void copy(String name, Path target) throws IOException {
    try (InputStream in = Objects.requireNonNull(NestedProgram.class.getResourceAsStream(name))) {
      Files.copy(in, target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    Files.setPosixFilePermissions(
        target.resolve(name), PosixFilePermissions.fromString("r-xr-xr-x"));
  }
}
