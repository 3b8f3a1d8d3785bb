package ctrenc.overlay.sys;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a process was executed with: the files cmdline and environ of proc(5). Thread-safe. */
public final class ProcessWords {

  private ProcessWords() {}

  /** The strings of such a file; none of a process that has ended and waits for its parent. */
  public static List<String> in(Path file) throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    return text.isEmpty() ? List.of() : List.of(text.split("\0"));
  }
}
