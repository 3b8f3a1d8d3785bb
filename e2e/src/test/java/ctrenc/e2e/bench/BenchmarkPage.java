package ctrenc.e2e.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A page whose measured parts stand between markers, each replaced by whoever measures it. */
record BenchmarkPage(Path file) {

  /** Puts {@code lines} between {@code <!-- NAME:begin -->} and {@code <!-- NAME:end -->}. */
  void replace(String name, List<String> lines) throws IOException {
    String page = Files.readString(file);
    String begin = "<!-- " + name + ":begin -->";
    String end = "<!-- " + name + ":end -->";
    int from = page.indexOf(begin);
    int to = page.indexOf(end);
    if (from < 0 || to < from) {
      throw new IOException(file + " has no markers of " + name);
    }
    String body = "\n\n" + String.join("\n", lines) + "\n\n";
    Files.writeString(file, page.substring(0, from + begin.length()) + body + page.substring(to));
  }
}
