package ctrenc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.cli.fake.FakeDaemon;
import ctrenc.cli.io.Terminals;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageImportTest {
  @TempDir Path run;

  @Test
  void standardInputIsStreamedWhole() throws IOException {
    try (FakeDaemon _ = new FakeDaemon(run)) {
      InProcess.Result result =
          new InProcess(run)
              .with("0123456789abcdef".repeat(200_000))
              .call("image", "import", "-", "big", "--json");
      assertThat(result.err()).isEqualTo("unpacking\nindexing\n");
      assertThat(result.out()).contains("\"name\":\"big\"").contains("\"bytes\":3200000}");
      assertThat(result.code()).isZero();
    }
  }

  @Test
  void refusalInTheMiddleOfAStreamIsTheDaemonsSentence() throws IOException {
    try (FakeDaemon _ = new FakeDaemon(run)) {
      InProcess.Result result =
          new InProcess(run).with("x".repeat(10_000_000)).call("image", "import", "-", "truncated");
      assertThat(result.err())
          .isEqualTo("ctr-enc: the archive ends in the middle of a file: fetch it again\n");
      assertThat(result.code()).isEqualTo(10);
    }
  }

  @Test
  void terminalGetsABarAndIsLeftClean() throws IOException {
    try (FakeDaemon _ = new FakeDaemon(run)) {
      InProcess.Result result =
          new InProcess(run)
              .on(new Terminals(false, false, true))
              .call("image", "import", "/etc/passwd", "a");
      assertThat(result.err())
          .contains("512 KiB of 1.0 MiB")
          .contains("9876 files")
          .endsWith(" \r");
      assertThat(result.code()).isZero();
    }
  }

  @Test
  void terminalIsNotReadAsAnArchive() {
    InProcess.Result result =
        new InProcess(run).on(new Terminals(true, true, true)).call("image", "import", "-", "a");
    assertThat(result.err()).contains("standard input is a terminal");
    assertThat(result.code()).isEqualTo(2);
  }
}
