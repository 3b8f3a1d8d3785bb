package ctrenc.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void terminalShowsABarThatIsDrawnOverItself() {
    Progress progress = progress(true);
    progress.show("unpacking", 1, 2);
    progress.show("unpacking", 3, 2);
    progress.show("indexing", 7, 0);
    progress.end();
    assertThat(bytes.toString(StandardCharsets.UTF_8).split("\r"))
        .containsExactly(
            "",
            "unpacking  [###############               ]  50%  1 of 2",
            "unpacking  [##############################] 100%  3 of 2",
            "indexing   7                                            ",
            "            ");
  }

  @Test
  void otherwiseEveryStageIsALine() {
    Progress progress = progress(false);
    progress.show("unpacking", 1, 2);
    progress.show("unpacking", 2, 2);
    progress.show("indexing", 7, 0);
    progress.end();
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("unpacking\nindexing\n");
  }

  private Progress progress(boolean terminal) {
    return new Progress(stream, terminal, (stage, amount) -> Long.toString(amount));
  }
}
