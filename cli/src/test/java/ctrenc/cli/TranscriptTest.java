package ctrenc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.cli.fake.FakeDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What people and programs see, pinned. A transcript is a file of calls ("$ ctr-enc ps"), each
 * followed by its output, its standard error ("! ...") and its exit code ("? 3") unless that is 0.
 * Run with {@code -Dtranscripts.write} to write them anew, and read the difference.
 */
class TranscriptTest {
  private static final Path DIRECTORY = Path.of("src/test/resources/ctrenc/cli/transcripts");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

  @TempDir Path run;

  private static List<String> names() {
    return List.of(
        "help",
        "verb-help",
        "usage",
        "containers",
        "images",
        "snapshots",
        "keys",
        "daemon",
        "json",
        "errors");
  }

  @ParameterizedTest
  @MethodSource("names")
  void callsGiveWhatTheTranscriptSays(String name) throws IOException {
    Path file = DIRECTORY.resolve(name + ".txt");
    List<String> written = Files.readAllLines(file);
    StringBuilder seen = new StringBuilder();
    try (FakeDaemon _ = new FakeDaemon(run)) {
      for (String line : written) {
        if (line.startsWith("$ ctr-enc")) {
          seen.append(line).append('\n');
          append(seen, new InProcess(run).call(words(line.substring("$ ctr-enc".length()))));
        } else if (line.startsWith("#")) {
          seen.append(line).append('\n');
        }
      }
    }
    if (System.getProperty("transcripts.write") != null) {
      Files.writeString(file, seen);
    }
    assertThat(seen.toString()).isEqualTo(String.join("\n", written) + "\n");
  }

  private void append(StringBuilder seen, InProcess.Result result) {
    seen.append(normalised(result.out()));
    normalised(result.err()).lines().forEach(line -> seen.append("! ").append(line).append('\n'));
    if (result.code() != 0) {
      seen.append("? ").append(result.code()).append('\n');
    }
  }

  private String normalised(String text) {
    return text.replace(run.toString(), "RUN")
        .replaceAll("\\b%d\\b".formatted(ProcessHandle.current().pid()), "PID");
  }

  private static String[] words(String line) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(line);
    while (matcher.find()) {
      words.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
    }
    return words.toArray(String[]::new);
  }
}
