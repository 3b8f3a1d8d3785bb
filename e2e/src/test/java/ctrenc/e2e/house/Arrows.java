package ctrenc.e2e.house;

import static java.util.Map.entry;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which of our packages may use which others of ours. A package's own sub-packages are listed for
 * themselves where they differ; a name that is not listed counts with its nearest listed parent.
 */
final class Arrows {
  private static final String CRYPTO = "crypto";

  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          entry("crypto", Set.of()),
          entry("overlay.sys", Set.of()),
          entry("overlay.vfs", Set.of()),
          entry("overlay.audit", Set.of()),
          entry("overlay.storage", Set.of("overlay.sys")),
          entry("overlay.segment", Set.of("overlay.storage")),
          entry("overlay.meta", Set.of("overlay.storage", CRYPTO)),
          entry(
              "overlay.extent",
              Set.of(
                  "overlay.segment", "overlay.meta", "overlay.storage", "overlay.audit", CRYPTO)),
          entry(
              "overlay.layer",
              Set.of(
                  "overlay.audit",
                  "overlay.extent",
                  "overlay.meta",
                  "overlay.storage",
                  "overlay.vfs",
                  "overlay.sys",
                  CRYPTO)),
          entry("overlay.ring", Set.of("overlay.sys")),
          entry("overlay.nest", Set.of("overlay.ring", "overlay.vfs")),
          entry(
              "overlay.union",
              Set.of(
                  "overlay.layer",
                  "overlay.ring",
                  "overlay.extent",
                  "overlay.storage",
                  "overlay.audit",
                  "overlay.vfs")),
          entry(
              "overlay.subvolume",
              Set.of(
                  "overlay.audit",
                  "overlay.union",
                  "overlay.nest",
                  "overlay.layer",
                  "overlay.ring",
                  "overlay.extent",
                  "overlay.segment",
                  "overlay.meta",
                  "overlay.storage",
                  "overlay.export",
                  "overlay.scrub",
                  "overlay.vfs",
                  "overlay.sys",
                  CRYPTO)),
          entry("overlay.fuse", Set.of("overlay.ring", "overlay.vfs", "overlay.sys")),
          entry(
              "overlay.fuse.kernel",
              Set.of("overlay.fuse", "overlay.ring", "overlay.vfs", "overlay.sys")),
          entry("overlay.fuse.uring", Set.of("overlay.fuse", "overlay.vfs", "overlay.sys")),
          entry("overlay.fuse.jnr", Set.of("overlay.fuse", "overlay.vfs")),
          entry("overlay.keeper", Set.of("overlay.sys")),
          entry(
              "overlay.scrub",
              Set.of(
                  "overlay.audit",
                  "overlay.layer",
                  "overlay.extent",
                  "overlay.segment",
                  "overlay.meta",
                  "overlay.storage")),
          entry(
              "overlay.export",
              Set.of(
                  "overlay.layer",
                  "overlay.extent",
                  "overlay.segment",
                  "overlay.meta",
                  "overlay.storage",
                  "overlay.vfs")),
          entry("proto", Set.of()),
          entry("daemon", Set.of("daemon", "overlay", "proto", CRYPTO)),
          entry("cli", Set.of("cli", "proto")),
          entry("e2e", Set.of("e2e", "daemon", "overlay", "proto", "cli", CRYPTO)));

  private Arrows() {}

  /** Every use of one of our packages by another that is not in the list, named by both classes. */
  static List<String> violations(JavaClasses classes) {
    return classes.stream()
        .flatMap(user -> user.getDirectDependenciesFromSelf().stream())
        .filter(use -> isOurs(use.getTargetClass()) && !isAllowed(use))
        .map(use -> use.getOriginClass().getName() + " -> " + use.getTargetClass().getName())
        .distinct()
        .sorted()
        .toList();
  }

  /** Every package of ours that no line of the list covers. */
  static List<String> unlisted(JavaClasses classes) {
    return classes.stream()
        .map(JavaClass::getPackageName)
        .filter(name -> listed(ours(name)).isEmpty() && !ours(name).equals("overlay"))
        .distinct()
        .sorted()
        .toList();
  }

  private static boolean isAllowed(Dependency use) {
    String from = listed(ours(use.getOriginClass().getPackageName()));
    String to = ours(use.getTargetClass().getBaseComponentType().getPackageName());
    return isWithin(to, from)
        || MAY_USE.getOrDefault(from, Set.of()).stream().anyMatch(allowed -> isWithin(to, allowed));
  }

  private static boolean isWithin(String name, String parent) {
    return name.equals(parent) || name.startsWith(parent + ".");
  }

  private static boolean isOurs(JavaClass type) {
    return type.getBaseComponentType().getPackageName().startsWith("ctrenc.");
  }

  private static String ours(String packageName) {
    return packageName.substring("ctrenc.".length());
  }

  /** The longest listed name that is the package or one of its parents, or nothing. */
  private static String listed(String name) {
    return MAY_USE.keySet().stream()
        .filter(known -> isWithin(name, known))
        .reduce("", (longest, known) -> known.length() > longest.length() ? known : longest);
  }
}
