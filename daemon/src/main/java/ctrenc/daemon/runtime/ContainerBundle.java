package ctrenc.daemon.runtime;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import ctrenc.proto.v1.BindMount;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.Network;
import ctrenc.proto.v1.ProcessSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The config.json of a container (OCI runtime specification 1.0.2). {@code hidden} are directories
 * of the root that show empty; {@code resolver} is the file to show as /etc/resolv.conf; {@code
 * nesting} is what processes need that may run containers of their own, below {@link #NESTING}.
 */
public record ContainerBundle(
    String id,
    Path root,
    ContainerSpec spec,
    ProcessSpec process,
    ContainerUser user,
    List<Path> hidden,
    Optional<Path> resolver,
    List<BindMount> nesting) {

  /** Where a container with nesting has its socket and the command line. */
  public static final String NESTING = "/run/ctr-enc";

  /** cpu.cfs_period_us of the kernel: a thousandth of a core is a hundred microseconds of it. */
  private static final int CPU_PERIOD = 100_000;

  private static final List<String> MASKED =
      List.of(
          "/proc/asound",
          "/proc/acpi",
          "/proc/kcore",
          "/proc/keys",
          "/proc/latency_stats",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/proc/sched_debug",
          "/proc/scsi",
          "/sys/firmware");

  private static final List<String> READ_ONLY =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  public JsonObject json() {
    JsonObject config = new JsonObject();
    config.addProperty("ociVersion", "1.0.2");
    config.add("process", ProcessSettings.json(process, user));
    JsonObject rootSection = new JsonObject();
    rootSection.addProperty("path", root.toString());
    rootSection.addProperty("readonly", spec.getReadOnly());
    config.add("root", rootSection);
    config.addProperty("hostname", spec.getHostname());
    config.add("mounts", mounts());
    config.add("linux", linux());
    return config;
  }

  private JsonArray mounts() {
    JsonArray mounts = new JsonArray();
    mounts.add(Json.mount("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev")));
    mounts.add(
        Json.mount(
            "/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")));
    mounts.add(
        Json.mount(
            "/dev/pts",
            "devpts",
            "devpts",
            List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5")));
    mounts.add(Json.mount("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", "ro")));
    mounts.add(
        Json.mount(
            "/sys/fs/cgroup", "cgroup", "cgroup", List.of("nosuid", "noexec", "nodev", "ro")));
    mounts.add(Json.mount("/dev/mqueue", "mqueue", "mqueue", List.of("nosuid", "noexec", "nodev")));
    mounts.add(
        Json.mount(
            "/dev/shm",
            "tmpfs",
            "shm",
            List.of("nosuid", "noexec", "nodev", "mode=1777", "size=65536k")));
    hidden.forEach(
        path ->
            mounts.add(
                Json.mount(
                    path.toString(),
                    "tmpfs",
                    "tmpfs",
                    List.of("nosuid", "noexec", "nodev", "ro", "mode=0", "size=4k"))));
    resolver.ifPresent(
        file ->
            mounts.add(
                Json.mount(
                    "/etc/resolv.conf", "bind", file.toString(), List.of("bind", "rprivate"))));
    if (!nesting.isEmpty()) {
      mounts.add(
          Json.mount(
              NESTING, "tmpfs", "tmpfs", List.of("nosuid", "nodev", "ro", "mode=755", "size=64k")));
      nesting.forEach(mount -> mounts.add(bind(mount)));
    }
    spec.getMountsList().forEach(mount -> mounts.add(bind(mount)));
    return mounts;
  }

  private static JsonObject bind(BindMount mount) {
    List<String> options =
        mount.getReadOnly()
            ? List.of("rbind", "rprivate", "ro")
            : List.of("rbind", "rprivate", "rw");
    return Json.mount(mount.getTarget(), "bind", mount.getSource(), options);
  }

  private JsonObject linux() {
    JsonObject linux = new JsonObject();
    linux.add("namespaces", namespaces());
    linux.addProperty("cgroupsPath", "/ctr-enc/" + id);
    linux.add("resources", resources());
    linux.add("maskedPaths", Json.array(MASKED));
    linux.add("readonlyPaths", Json.array(READ_ONLY));
    linux.add("seccomp", SystemCallFilter.profile(!nesting.isEmpty()));
    return linux;
  }

  private JsonArray namespaces() {
    JsonArray namespaces = new JsonArray();
    List<String> always = List.of("pid", "ipc", "uts", "mount");
    always.forEach(type -> namespaces.add(namespace(type)));
    if (spec.getNetwork() != Network.NETWORK_HOST) {
      namespaces.add(namespace("network"));
    }
    return namespaces;
  }

  private static JsonObject namespace(String type) {
    JsonObject namespace = new JsonObject();
    namespace.addProperty("type", type);
    return namespace;
  }

  private JsonObject resources() {
    JsonObject resources = new JsonObject();
    JsonObject noDevices = new JsonObject();
    noDevices.addProperty("allow", false);
    noDevices.addProperty("access", "rwm");
    JsonArray devices = new JsonArray();
    devices.add(noDevices);
    resources.add("devices", devices);
    if (spec.getMemoryLimit() > 0) {
      JsonObject memory = new JsonObject();
      memory.addProperty("limit", spec.getMemoryLimit());
      resources.add("memory", memory);
    }
    if (spec.getCpuLimitMillis() > 0) {
      JsonObject cpu = new JsonObject();
      cpu.addProperty("quota", spec.getCpuLimitMillis() * (CPU_PERIOD / 1000));
      cpu.addProperty("period", CPU_PERIOD);
      resources.add("cpu", cpu);
    }
    return resources;
  }
}
