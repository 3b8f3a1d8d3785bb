package ctrenc.cli.doctor;

import ctrenc.cli.rpc.Places;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The directories of the daemon: on what filesystems they lie. */
final class PlaceChecks {

  private static final Path MOUNTS = Path.of("/proc/self/mounts");
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

  /** Without extended attributes of the kernel's, whiteouts or local locks. */
  private static final Set<String> UNFIT =
      Set.of("overlay", "nfs", "nfs4", "cifs", "9p", "vfat", "exfat", "fuse", "virtiofs");

  private final Machine machine;
  private final Places places;

  PlaceChecks(Machine machine, Places places) {
    this.machine = machine;
    this.places = places;
  }

  List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    String state = filesystemOf(places.state());
    String found = places.state() + " is on " + state;
    if (UNFIT.contains(state) || state.startsWith("fuse.")) {
      findings.add(
          Finding.problem(
              "state directory",
              found,
              "Choose a directory on a local disk (ext4, XFS, Btrfs) with CTR_ENC_STATE or --state."));
    } else if (IN_MEMORY.contains(state)) {
      findings.add(
          Finding.note("state directory", found, "It is gone with the next boot: use a disk."));
    } else {
      findings.add(Finding.ok("state directory", found));
    }
    String run = filesystemOf(places.run());
    findings.add(
        IN_MEMORY.contains(run)
            ? Finding.ok("run directory", places.run() + " is on " + run)
            : Finding.note(
                "run directory",
                places.run() + " is on " + run,
                "Bundles and logs are plaintext: use a tmpfs, such as /run."));
    return findings;
  }

  /** That of the longest mount point above the path; the last of several counts. */
  private String filesystemOf(Path path) {
    String type = "unknown";
    int longest = -1;
    for (String line : machine.read(MOUNTS).orElse("").lines().toList()) {
      String[] fields = line.split(" ");
      if (fields.length > 2) {
        Path point = Path.of(fields[1].replace("\\040", " "));
        if (path.startsWith(point) && point.getNameCount() >= longest) {
          longest = point.getNameCount();
          type = fields[2];
        }
      }
    }
    return type;
  }
}
