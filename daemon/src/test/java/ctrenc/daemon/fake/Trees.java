package ctrenc.daemon.fake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Removes and copies directories with all they hold. */
public final class Trees {

  private Trees() {}

  public static void remove(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Copies what is in one directory into another one, which may exist. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          Files.copy(path, target, LinkOption.NOFOLLOW_LINKS);
        } else if (!Files.exists(target)) {
          Files.createDirectory(target);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
