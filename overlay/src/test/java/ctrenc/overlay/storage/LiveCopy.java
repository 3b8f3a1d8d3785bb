package ctrenc.overlay.storage;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.TreeSet;

/**
 * Copies a directory that a store has open: what a process that is killed at that time leaves
 * behind. The store may compact or flush by itself meanwhile, then files go while they are listed
 * or copied; everything is copied again until the same files were there all the time.
 */
public final class LiveCopy {

  private LiveCopy() {}

  public static void make(Path from, Path to) throws IOException {
    List<Path> copied;
    do {
      copied = namesIn(from);
      for (Path name : copied) {
        copy(from.resolve(name), to.resolve(name));
      }
    } while (!copied.equals(namesIn(from)));
    for (Path name : namesIn(to).reversed()) { // What is in a folder before it.
      if (!copied.contains(name)) {
        Files.delete(to.resolve(name));
      }
    }
  }

  private static void copy(Path file, Path target) throws IOException {
    if (Files.isDirectory(file)) {
      Files.createDirectories(target);
      return;
    }
    try {
      Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
    } catch (NoSuchFileException e) {
      // It has gone meanwhile, which the next listing shows.
    }
  }

  /** Folders before what is in them; what goes while this looks is not among them. */
  private static List<Path> namesIn(Path directory) throws IOException {
    TreeSet<Path> names = new TreeSet<>();
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            names.add(directory.relativize(folder));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            names.add(directory.relativize(file));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return List.copyOf(names);
  }
}
