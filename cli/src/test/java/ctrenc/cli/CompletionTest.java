package ctrenc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The completion script, driven as bash drives it. */
class CompletionTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ctr-enc '' | run create mount umount ps inspect exec logs stop rm lock unlock quota events snapshot fork rotate flatten image key daemon send receive backup restore check verify compact repair doctor version completion",
        "ctr-enc in | inspect",
        "ctr-enc image i | import",
        "ctr-enc daemon '' | start status stop restart",
        "ctr-enc run --net | --network",
        "ctr-enc run --network h | host",
        "ctr-enc image import --devices '' | refuse skip create"
      })
  void bashCompletes(String typed, String offered) throws Exception {
    String driver =
        "source ./script; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1));"
            + " _complete_ctr-enc; echo \"${COMPREPLY[@]}\"";
    assertThat(bash(driver.formatted(typed)).strip()).isEqualTo(offered);
  }

  @Test
  void scriptsAreWellFormed() throws Exception {
    assertThat(bash("bash -n ./script && echo fine")).isEqualTo("fine\n");
    String zsh = script("zsh");
    assertThat(zsh).startsWith("autoload -Uz compinit && compinit\n").contains("bashcompinit");
    assertThat(zsh).endsWith(script("bash"));
  }

  private String script(String shell) {
    return new InProcess(directory).call("completion", shell).out();
  }

  private String bash(String commands) throws IOException, InterruptedException {
    Files.writeString(directory.resolve("script"), script("bash"));
    Process bash =
        new ProcessBuilder("bash", "-c", commands)
            .directory(directory.toFile())
            // Outside of a real completion bash complains that there is none to set options of.
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    bash.waitFor();
    return said;
  }
}
