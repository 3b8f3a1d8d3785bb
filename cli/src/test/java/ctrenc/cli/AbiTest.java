package ctrenc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.cli.doctor.Finding;
import ctrenc.cli.exit.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ABI.md promises is what there is. */
class AbiTest {
  private static final Path ABI = Path.of("ABI.md");
  private static final Path TRANSCRIPTS = Path.of("src/test/resources/ctrenc/cli/transcripts");

  @TempDir Path run;

  @Test
  void exitCodesAreThoseOfTheList() throws IOException {
    List<String> promised =
        rows(Pattern.compile("^\\| (\\d+) \\| (.*) \\|$", Pattern.MULTILINE)).stream()
            .map(row -> row.group(1) + " " + row.group(2))
            .toList();
    assertThat(promised)
        .containsExactlyElementsOf(
            Arrays.stream(ExitCode.values())
                .map(code -> code.number() + " " + code.meaning())
                .toList());
  }

  @Test
  void everyJsonFieldIsPromised() throws IOException {
    TreeSet<String> written = new TreeSet<>();
    Pattern.compile("\"(\\w+)\":")
        .matcher(Files.readString(TRANSCRIPTS.resolve("json.txt")))
        .results()
        .map(field -> field.group(1))
        .forEach(written::add);
    written.remove("a"); // A fact of an event.
    written.addAll(Finding.FIELDS); // What they say depends on the machine.
    TreeSet<String> promised = new TreeSet<>();
    String abi = Files.readString(ABI);
    String section = abi.substring(abi.indexOf("## JSON"), abi.indexOf("## Environment"));
    Pattern.compile("^\\| `(\\w+)` \\|", Pattern.MULTILINE)
        .matcher(section)
        .results()
        .forEach(row -> promised.add(row.group(1)));
    assertThat(promised).isEqualTo(written);
  }

  @Test
  void everyVerbIsListed() throws IOException {
    String help = new InProcess(run).call("--help").out();
    List<String> verbs =
        Pattern.compile("^  ([a-z]+)  ", Pattern.MULTILINE)
            .matcher(help)
            .results()
            .map(verb -> verb.group(1))
            .toList();
    assertThat(verbs).hasSize(32);
    assertThat(verbs).allSatisfy(verb -> assertThat(Files.readString(ABI)).contains("`" + verb));
  }

  private static List<MatchResult> rows(Pattern pattern) throws IOException {
    return pattern.matcher(Files.readString(ABI)).results().toList();
  }
}
