package ctrenc.daemon.runtime;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The seccomp profile of a container (section "seccomp" of the OCI runtime specification,
 * config-linux.md). It forbids what Docker's default profile withholds from a process without
 * CAP_SYS_ADMIN and its like, and allows the rest. The kernel keyring matters most: keys of other
 * containers may lie there.
 */
final class SystemCallFilter {

  private static final int EPERM = 1;
  private static final int ENOSYS = 38;

  /** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET of clone(2). */
  private static final long NEW_NAMESPACES = 0x7E020000L;

  /**
   * CLONE_NEWTIME, NEWCGROUP, NEWUTS and NEWNET: what containers in containers do without. A
   * network of its own would give a process power over the parts of the kernel with the most to
   * attack.
   */
  private static final List<Long> NEVER_UNSHARED =
      List.of(0x80L, 0x02000000L, 0x04000000L, 0x40000000L);

  /** What a container in a container is put together with; user namespaces give the right to it. */
  private static final List<String> OF_NESTING =
      List.of("mount", "pivot_root", "umount", "umount2", "unshare");

  /**
   * With nesting they are absent rather than forbidden, so that mount(8) falls back to mount(2).
   */
  private static final List<String> NEW_MOUNTING =
      List.of(
          "fsconfig", "fsmount", "fsopen", "fspick", "mount_setattr", "move_mount", "open_tree");

  private static final List<String> FORBIDDEN =
      List.of(
          "add_key",
          "keyctl",
          "request_key",
          "acct",
          "bpf",
          "delete_module",
          "fanotify_init",
          "finit_module",
          "fsconfig",
          "fsmount",
          "fsopen",
          "fspick",
          "init_module",
          "ioperm",
          "iopl",
          "kexec_file_load",
          "kexec_load",
          "lookup_dcookie",
          "mount",
          "mount_setattr",
          "move_mount",
          "move_pages",
          "nfsservctl",
          "open_by_handle_at",
          "open_tree",
          "perf_event_open",
          "pivot_root",
          "quotactl",
          "quotactl_fd",
          "reboot",
          "set_mempolicy_home_node",
          "setdomainname",
          "sethostname",
          "setns",
          "settimeofday",
          "stime",
          "swapoff",
          "swapon",
          "syslog",
          "umount",
          "umount2",
          "unshare",
          "uselib",
          "userfaultfd",
          "ustat",
          "vhangup");

  private SystemCallFilter() {}

  /** {@code nesting} lets processes run containers of their own. */
  static JsonObject profile(boolean nesting) {
    JsonObject profile = new JsonObject();
    profile.addProperty("defaultAction", "SCMP_ACT_ALLOW");
    profile.add("architectures", Json.array(architectures()));
    JsonArray rules = new JsonArray();
    if (nesting) {
      Set<String> relaxed = new HashSet<>(OF_NESTING);
      relaxed.addAll(NEW_MOUNTING);
      rules.add(rule(FORBIDDEN.stream().filter(name -> !relaxed.contains(name)).toList(), EPERM));
      rules.add(rule(NEW_MOUNTING, ENOSYS));
      rules.add(withFlags("unshare", NEVER_UNSHARED));
    } else {
      rules.add(rule(FORBIDDEN, EPERM));
    }
    // Its flags lie in memory, where no filter can look: the C library falls back to clone(2).
    rules.add(rule(List.of("clone3"), ENOSYS));
    rules.add(cloneOfNamespaces());
    profile.add("syscalls", rules);
    return profile;
  }

  /**
   * The machine's own calls and those of its 32-bit programs: libseccomp would kill what is not
   * listed.
   */
  private static List<String> architectures() {
    return "aarch64".equals(System.getProperty("os.arch"))
        ? List.of("SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM")
        : List.of("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32");
  }

  private static JsonObject rule(List<String> names, int errno) {
    JsonObject rule = new JsonObject();
    rule.add("names", Json.array(names));
    rule.addProperty("action", "SCMP_ACT_ERRNO");
    rule.addProperty("errnoRet", errno);
    return rule;
  }

  private static JsonObject cloneOfNamespaces() {
    List<Long> flags =
        LongStream.iterate(Long.lowestOneBit(NEW_NAMESPACES), flag -> flag << 1)
            .takeWhile(flag -> flag <= NEW_NAMESPACES)
            .filter(flag -> (NEW_NAMESPACES & flag) != 0)
            .boxed()
            .toList();
    return withFlags("clone", flags);
  }

  /**
   * Forbids a call whose first argument has any of the flags. One rule for each flag: the filter
   * knows "these masked bits are equal to", and any of them is one too many.
   */
  private static JsonObject withFlags(String call, List<Long> flags) {
    JsonObject rule = rule(List.of(call), EPERM);
    JsonArray conditions = new JsonArray();
    for (long flag : flags) {
      JsonObject condition = new JsonObject();
      condition.addProperty("index", 0);
      condition.addProperty("value", flag);
      condition.addProperty("valueTwo", flag);
      condition.addProperty("op", "SCMP_CMP_MASKED_EQ");
      conditions.add(condition);
    }
    rule.add("args", conditions);
    return rule;
  }
}
