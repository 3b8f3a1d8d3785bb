package ctrenc.e2e.harness;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Looks for byte sequences in what lies on a disk. */
public final class FileHunt {

  private static final int WINDOW = 4 << 20;

  /** More than the longest thing that is looked for. */
  private static final int OVERLAP = 512;

  private static final byte[] EMPTY = new byte[WINDOW + OVERLAP];

  private FileHunt() {}

  /**
   * Where which of the things lie, in all regular files below a directory, but for those that a
   * living daemon removes while this looks.
   */
  public static List<String> find(Path directory, Map<String, byte[]> things) throws IOException {
    List<String> found = new ArrayList<>();
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile()) {
              look(file, things, found);
            }
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
    return found;
  }

  private static void look(Path file, Map<String, byte[]> things, List<String> found)
      throws IOException {
    try {
      String content = text(Files.readAllBytes(file));
      things.forEach(
          (name, bytes) -> {
            if (content.contains(text(bytes))) {
              found.add(name + " in " + file);
            }
          });
    } catch (NoSuchFileException removedMeanwhile) {
      return;
    }
  }

  /** Which of the things lie anywhere in a large file, in order. */
  public static List<String> inWhole(Path file, Map<String, byte[]> things) throws IOException {
    TreeSet<String> found = new TreeSet<>();
    byte[] window = new byte[WINDOW + OVERLAP];
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
      for (long at = 0; at < bytes.length(); at += WINDOW) {
        int length = (int) Math.min(window.length, bytes.length() - at);
        bytes.seek(at);
        bytes.readFully(window, 0, length);
        if (!Arrays.equals(window, 0, length, EMPTY, 0, length)) {
          String content = new String(window, 0, length, StandardCharsets.ISO_8859_1);
          things.forEach(
              (name, thing) -> {
                if (content.contains(text(thing))) {
                  found.add(name);
                }
              });
        }
      }
    }
    return List.copyOf(found);
  }

  /** The same of all files without a name that a process has open in memory. */
  public static List<String> inMemoryFiles(long pid, Map<String, byte[]> things)
      throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path file : open.toList()) {
        found.addAll(inMemoryFile(file, things));
      }
    }
    return found;
  }

  private static List<String> inMemoryFile(Path descriptor, Map<String, byte[]> things)
      throws IOException {
    try {
      boolean isMemory = Files.readSymbolicLink(descriptor).toString().startsWith("/memfd:");
      return isMemory ? inWhole(descriptor, things) : List.of();
    } catch (NoSuchFileException | FileNotFoundException closedMeanwhile) {
      return List.of();
    }
  }

  /** A character for each byte. */
  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
