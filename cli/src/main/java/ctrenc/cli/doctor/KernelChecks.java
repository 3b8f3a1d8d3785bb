package ctrenc.cli.doctor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The kernel: its release, FUSE, overlayfs, what a process may lock, and a TPM. */
final class KernelChecks {

  private static final Path RELEASE = Path.of("/proc/sys/kernel/osrelease");
  private static final Path FILESYSTEMS = Path.of("/proc/filesystems");
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Path CONNECTIONS = Path.of("/sys/fs/fuse/connections");
  private static final Path FUSE = Path.of("/dev/fuse");
  private static final Path TPM = Path.of("/dev/tpmrm0");

  private final Machine machine;

  KernelChecks(Machine machine) {
    this.machine = machine;
  }

  List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    findings.add(release());
    findings.add(fuse());
    findings.add(connections());
    findings.add(overlay());
    findings.add(lockedMemory());
    findings.add(tpm());
    return findings;
  }

  private Finding release() {
    String text = machine.read(RELEASE).orElse("").strip();
    Optional<Release> release = Release.in(text);
    if (release.isEmpty() || release.get().isBefore(6, 0)) {
      return Finding.problem("kernel", "Linux " + text, "Boot Linux 6.0 or later.");
    }
    return release.get().isBefore(6, 9)
        ? Finding.note(
            "kernel",
            "Linux " + text,
            "From 6.9 on the kernel reads files of images by itself in roots with --cache image.")
        : Finding.ok("kernel", "Linux " + text);
  }

  private Finding fuse() {
    return machine.exists(FUSE)
        ? Finding.ok("FUSE", "/dev/fuse is there")
        : Finding.problem("FUSE", "/dev/fuse is not there", "Load the module: modprobe fuse.");
  }

  private Finding connections() {
    return machine.exists(CONNECTIONS)
        ? Finding.ok("FUSE control", CONNECTIONS + " is there")
        : Finding.note(
            "FUSE control",
            CONNECTIONS + " is not there",
            "Mount it, so that hanging mounts can be ended: mount -t fusectl fusectl "
                + CONNECTIONS
                + ".");
  }

  private Finding overlay() {
    boolean isKnown =
        machine.read(FILESYSTEMS).orElse("").lines().anyMatch(line -> line.endsWith("\toverlay"));
    return isKnown
        ? Finding.ok("overlayfs", "the kernel has it")
        : Finding.note(
            "overlayfs",
            "the kernel has not loaded it",
            "containerd unpacks images with it: modprobe overlay.");
  }

  /** Nothing is wrong with a machine that has none. */
  private Finding tpm() {
    return Finding.ok(
        "TPM 2.0",
        machine.exists(TPM)
            ? TPM + " is there"
            : "none at " + TPM + "; all but '--protect tpm' works without");
  }

  private Finding lockedMemory() {
    String line =
        machine
            .read(LIMITS)
            .orElse("")
            .lines()
            .filter(limit -> limit.startsWith("Max locked memory"))
            .findFirst()
            .orElse("");
    boolean isPlenty = line.isEmpty() || line.contains("unlimited") || isAtLeast(line, 8 << 20);
    return isPlenty
        ? Finding.ok("locked memory", "there is room for keys")
        : Finding.note(
            "locked memory",
            line.replaceAll(" +", " ").strip(),
            "A daemon that is started from here locks its keys in memory: raise it with ulimit -l, or LimitMEMLOCK=infinity in a unit.");
  }

  private static boolean isAtLeast(String line, long bytes) {
    String[] fields = line.substring("Max locked memory".length()).strip().split(" +");
    return fields[0].matches("\\d{1,18}") && Long.parseLong(fields[0]) >= bytes;
  }
}
