package ctrenc.daemon.snapshotter;

import ctrenc.overlay.subvolume.TreeRemover;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Ownership;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The trees of plain snapshots: {@code NUMBER/fs} holds what a layer adds, and what it removes as
 * the kernel's overlayfs says it; {@code NUMBER/work} is overlayfs' own. Names are short because
 * all of a chain's have to fit into the options of one mount. Thread-safe for different trees.
 */
final class PlainTrees {

  private static final int ROOT_MODE = 0755;
  private static final int PERMISSIONS = 07777;
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
  private static final Path OVERLAY_SETTINGS = Path.of("/sys/module/overlay/parameters");

  /** What would let one tree be read only together with others, where the kernel has a default. */
  private static final List<String> SWITCHED_OFF = List.of("index", "redirect_dir", "metacopy");

  private final Path directory;

  PlainTrees(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
  }

  Path tree(long number) {
    return directory.resolve(number + "/fs");
  }

  private Path work(long number) {
    return directory.resolve(number + "/work");
  }

  /** An empty tree, whose root has the attributes of {@code below}'s, or else mode 0755. */
  void make(long number, Optional<Long> below) throws IOException {
    Path tree = tree(number);
    Files.createDirectory(directory.resolve(Long.toString(number)));
    Files.createDirectory(tree);
    Files.createDirectory(work(number));
    try (Descriptor root = FileOpener.open(tree, OpenFlag.DIRECTORY)) {
      int mode = ROOT_MODE;
      if (below.isPresent()) {
        Descriptor here = Descriptor.WORKING_DIRECTORY;
        FileStatus like = FileStatus.at(here, FileOpener.bytesOf(tree(below.get())));
        Ownership.changeOwner(root, like.uid(), like.gid());
        mode = like.mode() & PERMISSIONS;
      }
      Ownership.changeMode(root, mode);
    }
  }

  void remove(long number) throws IOException {
    TreeRemover.remove(directory.resolve(Long.toString(number)));
  }

  Snapshot.Usage usage(long number) throws IOException {
    return TreeSize.of(tree(number));
  }

  /** How to write to a tree on those of a chain, the newest first. */
  HostMount writable(long number, List<Long> below) {
    if (below.isEmpty()) {
      return HostMount.bind(tree(number), true);
    }
    List<String> options = switchedOff();
    options.add("workdir=" + work(number));
    options.add("upperdir=" + tree(number));
    options.add(lowers(below));
    return HostMount.overlay(options);
  }

  /** How to read a chain, the newest tree first. */
  HostMount readable(List<Long> chain) {
    if (chain.size() == 1) {
      return HostMount.bind(tree(chain.getFirst()), false);
    }
    List<String> options = switchedOff();
    options.add(lowers(chain));
    return HostMount.overlay(options);
  }

  private String lowers(List<Long> chain) {
    return chain.stream()
        .map(number -> tree(number).toString())
        .collect(Collectors.joining(":", "lowerdir=", ""));
  }

  /** What overlayfs of this kernel does not know is not there to be switched off. */
  private static List<String> switchedOff() {
    List<String> options = new ArrayList<>();
    for (String setting : SWITCHED_OFF) {
      if (Files.exists(OVERLAY_SETTINGS.resolve(setting))) {
        options.add(setting + "=off");
      }
    }
    return options;
  }

  /** The numbers of all trees; what is called otherwise is none of ours. */
  Set<Long> numbers() throws IOException {
    Set<Long> numbers = new HashSet<>();
    try (DirectoryStream<Path> trees = Files.newDirectoryStream(directory)) {
      for (Path tree : trees) {
        String name = tree.getFileName().toString();
        if (NUMBER.matcher(name).matches()) {
          numbers.add(Long.parseLong(name));
        }
      }
    }
    return numbers;
  }
}
