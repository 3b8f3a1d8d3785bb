package ctrenc.e2e.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Looks for byte sequences in what lies on a disk. */
public final class FileHunt {

  private FileHunt() {}

  /** Where which of the things lie, in all regular files below a directory. */
  public static List<String> find(Path directory, Map<String, byte[]> things) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.toList()) {
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          String content = text(Files.readAllBytes(path));
          things.forEach(
              (name, bytes) -> {
                if (content.contains(text(bytes))) {
                  found.add(name + " in " + path);
                }
              });
        }
      }
    }
    return found;
  }

  /** A character for each byte. */
  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
