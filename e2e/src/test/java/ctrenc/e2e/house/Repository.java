package ctrenc.e2e.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The files that people wrote: the work tree without what builds, tools and editors leave in it.
 */
final class Repository {
  static final List<String> MODULES = List.of("crypto", "overlay", "proto", "daemon", "cli", "e2e");

  private static final Set<String> NOT_OURS =
      Set.of("target", ".git", ".idea", ".vscode", ".settings");

  private Repository() {}

  /** The directory with the reactor's pom, wherever below it the test was started. */
  static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (directory != null && !Files.isRegularFile(directory.resolve(".mvn/jvm.config"))) {
      directory = directory.getParent();
    }
    if (directory == null) {
      throw new IllegalStateException("no .mvn/jvm.config above " + Path.of("").toAbsolutePath());
    }
    return directory;
  }

  /** Paths relative to the root, in a stable order. */
  static List<Path> files() {
    Path root = root();
    List<Path> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
              boolean skip = NOT_OURS.contains(String.valueOf(dir.getFileName()));
              return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile()) {
                found.add(root.relativize(file));
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    found.sort(null);
    return found;
  }

  static List<Path> javaFiles() {
    return files().stream().filter(file -> file.toString().endsWith(".java")).toList();
  }

  static String read(Path relative) {
    try {
      return Files.readString(root().resolve(relative));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
