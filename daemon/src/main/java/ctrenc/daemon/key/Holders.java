package ctrenc.daemon.key;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.SystemCallException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/**
 * Who uses a mounted filesystem: every process of this machine, in whatever container, with an open
 * file, a working or root directory, a program or a mapped file on it. What comes or goes during
 * the search may be missed.
 */
public final class Holders {

  private static final List<String> PLACES = List.of("cwd", "root", "exe");

  /**
   * A process that holds a root.
   *
   * @param command its name, as ps(1) shows it
   * @param path one of the things it holds, as that process sees it
   */
  public record Holder(long pid, String command, String path) {

    /** As it shows in the container in which it runs, to which nothing is told of others. */
    public Holder inside() {
      List<String> numbers = numbers(pid);
      return numbers.size() > 1
          ? new Holder(Long.parseLong(numbers.get(1)), command, path)
          : new Holder(0, "somebody outside", "a path outside");
    }

    @Override
    public String toString() {
      return pid + " (" + command + ") at " + path;
    }
  }

  private Holders() {}

  /**
   * All but this process, by number.
   *
   * @param minor the device's of an anonymous filesystem
   * @param inodes which inodes of it count
   */
  public static List<Holder> of(int minor, LongPredicate inodes) throws IOException {
    List<Holder> holders = new ArrayList<>();
    TreeSet<Long> pids = new TreeSet<>();
    String[] names = new File("/proc").list();
    Stream.of(names == null ? new String[0] : names)
        .filter(name -> name.chars().allMatch(Character::isDigit))
        .forEach(name -> pids.add(Long.valueOf(name)));
    pids.remove(ProcessHandle.current().pid());
    for (long pid : pids) {
      held(Path.of("/proc/" + pid), minor, inodes)
          .ifPresent(path -> holders.add(new Holder(pid, command(pid), path)));
    }
    return holders;
  }

  private static Optional<String> held(Path process, int minor, LongPredicate inodes) {
    List<Path> links = new ArrayList<>();
    PLACES.forEach(place -> links.add(process.resolve(place)));
    for (String folder : List.of("fd", "map_files")) {
      String[] names = process.resolve(folder).toFile().list();
      Stream.of(names == null ? new String[0] : names)
          .forEach(name -> links.add(process.resolve(folder).resolve(name)));
    }
    return links.stream()
        .filter(link -> isOn(link, minor, inodes))
        .findFirst()
        .map(Holders::target);
  }

  private static boolean isOn(Path link, int minor, LongPredicate inodes) {
    try {
      FileStatus status =
          FileStatus.knownFollowing(
              Descriptor.WORKING_DIRECTORY, link.toString().getBytes(StandardCharsets.UTF_8));
      return status.deviceMajor() == 0
          && status.deviceMinor() == minor
          && inodes.test(status.inode());
    } catch (SystemCallException gone) {
      return false;
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException gone) {
      return "a path that is gone";
    }
  }

  /** What a process is called in each of its namespaces, the outermost first. */
  private static List<String> numbers(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
          .filter(line -> line.startsWith("NSpid:"))
          .flatMap(line -> Stream.of(line.split("\\s+")).skip(1))
          .toList();
    } catch (IOException | UncheckedIOException gone) {
      return List.of();
    }
  }

  private static String command(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
    } catch (IOException gone) {
      return "gone";
    }
  }
}
