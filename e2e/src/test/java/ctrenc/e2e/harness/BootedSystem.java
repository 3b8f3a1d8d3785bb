package ctrenc.e2e.harness;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;

/**
 * A system that is booted by the machine's systemd, in namespaces of its own, with two services:
 * containerd, by Debian's unit, and ctr-enc, by the unit and the piece of configuration that this
 * product comes with. What drop-ins change is where things lie, for they are not installed.
 */
public final class BootedSystem implements AutoCloseable {

  /** After which there is no systemd to be had. */
  private static final Duration LONG = Duration.ofMinutes(1);

  private static final Duration SLOW = Duration.ofMinutes(3);
  private static final Path DEBIANS_UNIT = Path.of("/lib/systemd/system/containerd.service");
  private static final List<String> TARGETS =
      List.of("sysinit", "basic", "shutdown", "local-fs", "network");

  private static final String CONTAINERD =
      """
      version = 2
      root = "%1$s/containerd"
      state = "/run/containerd"
      disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.opt"]
      """;

  private final Path home;
  private Process process;

  private BootedSystem(Path home) throws IOException {
    this.home = home;
    this.process = powerOn();
  }

  public static BootedSystem boot() throws IOException {
    Path home = Files.createTempDirectory(Path.of("/var/tmp"), "ctr-enc-sys");
    install(home);
    BootedSystem system = new BootedSystem(home);
    try {
      system.requireSystemd();
      system.awaitUp();
      return system;
    } catch (AssertionError | RuntimeException e) {
      system.close();
      throw e;
    }
  }

  /** Where namespaces or control groups are forbidden, nothing can be said of services. */
  private void requireSystemd() throws IOException {
    try {
      Condition.await(
          "systemd answers",
          LONG,
          () ->
              first()
                  .map(pid -> inside(pid, List.of("systemctl", "list-jobs")).run().exit() == 0)
                  .orElse(false));
    } catch (AssertionError e) {
      Assumptions.abort(
          "systemd does not boot in namespaces here: " + Files.readString(home.resolve("console")));
    }
  }

  private static void install(Path home) throws IOException {
    Path product = Installation.top().resolve("daemon/src/main");
    Path units = Files.createDirectories(home.resolve("units"));
    Files.copy(DEBIANS_UNIT, units.resolve("containerd.service"));
    Files.copy(product.resolve("systemd/ctr-enc.service"), units.resolve("ctr-enc.service"));
    for (String target : TARGETS) {
      Files.writeString(units.resolve(target + ".target"), "[Unit]\nDescription=" + target + "\n");
    }
    Files.writeString(
        units.resolve("multi-user.target"), "[Unit]\nWants=ctr-enc.service containerd.service\n");
    change(units, "containerd", "ExecStart=/usr/bin/containerd -c " + home + "/config.toml");
    change(
        units,
        "ctr-enc",
        "ExecStart=%s daemon serve\nEnvironment=CTR_ENC_STATE=%s/state CTR_ENC_REHEARSAL=false"
            .formatted(Installation.launcher(), home));
    Files.writeString(
        home.resolve("config.toml"),
        CONTAINERD.formatted(home) + Files.readString(product.resolve("containerd/ctr-enc.toml")));
    try (var script = BootedSystem.class.getResourceAsStream("boot.sh")) {
      Files.copy(script, home.resolve("boot.sh"), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void change(Path units, String service, String lines) throws IOException {
    Path directory = Files.createDirectories(units.resolve(service + ".service.d"));
    Files.writeString(
        directory.resolve("places.conf"),
        "[Service]\nStandardOutput=append:%s/%s.log\nStandardError=inherit\nExecStart=\n%s\n"
            .formatted(units.getParent(), service, lines));
  }

  private Process powerOn() throws IOException {
    Files.writeString(home.resolve("boot_id"), UUID.randomUUID() + "\n");
    return new ProcessBuilder("sh", home.resolve("boot.sh").toString(), home.toString())
        .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
        .redirectErrorStream(true)
        .redirectOutput(Redirect.appendTo(home.resolve("console").toFile()))
        .start();
  }

  private void awaitUp() throws IOException {
    try {
      Condition.await("the system is up", SLOW, () -> isActive("ctr-enc", "containerd"));
    } catch (AssertionError e) {
      throw new AssertionError(Files.readString(home.resolve("console")), e);
    }
  }

  private boolean isActive(String... services) {
    List<String> argv = new ArrayList<>(List.of("systemctl", "is-active", "--quiet"));
    argv.addAll(Arrays.asList(services));
    return first().map(pid -> inside(pid, argv).run().exit() == 0).orElse(false);
  }

  /** Ends everything at once, as the loss of power does, and boots again. */
  public void reset() throws IOException, InterruptedException {
    powerOff();
    process = powerOn();
    awaitUp();
  }

  /** A command of somebody who is logged in. */
  public Command inside(String... argv) {
    return inside(first().orElseThrow(), List.of(argv));
  }

  /** The system's process 1; what it comes from has other children for moments. */
  private Optional<Long> first() {
    return process
        .children()
        .filter(child -> child.info().command().orElse("").endsWith("/systemd"))
        .map(ProcessHandle::pid)
        .findAny();
  }

  private static Command inside(long first, List<String> argv) {
    List<String> all =
        new ArrayList<>(
            List.of("nsenter", "-t", Long.toString(first), "-m", "-p", "-C", "-i", "--"));
    all.addAll(argv);
    return new Command(List.copyOf(all), Map.of(), SLOW, "");
  }

  public Command cli(String... args) {
    List<String> argv = new ArrayList<>(List.of(Installation.launcher()));
    argv.addAll(Arrays.asList(args));
    return inside(argv.toArray(String[]::new))
        .with(
            Map.of(
                "CTR_ENC_STATE", home.resolve("state").toString(), "CTR_ENC_RUN", "/run/ctr-enc"));
  }

  /** The system's containerd, for somebody who is logged in. */
  public Ctr containerd() {
    return new Ctr(
        args -> {
          List<String> argv = new ArrayList<>(List.of("ctr"));
          argv.addAll(args);
          return inside(argv.toArray(String[]::new));
        });
  }

  /** Where files for the system may be put; gone with it. */
  public Path home() {
    return home;
  }

  private void powerOff() throws InterruptedException {
    List<ProcessHandle> all = process.descendants().toList();
    process.destroyForcibly().waitFor();
    Condition.await(
        "all processes are gone", SLOW, () -> all.stream().noneMatch(ProcessHandle::isAlive));
  }

  @Override
  public void close() throws IOException {
    try {
      powerOff();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a system is turned off", e);
    }
    Command.sh(
            "for t in $(findmnt --raw --noheadings --types cgroup,cgroup2 --output TARGET); do"
                + " find $t/%s -depth -type d -exec rmdir {} +; done".formatted(home.getFileName()))
        .run();
    Command.of("rm", "-rf", "--one-file-system", home.toString()).ok();
  }
}
