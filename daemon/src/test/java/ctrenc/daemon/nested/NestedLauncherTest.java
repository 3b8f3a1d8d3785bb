package ctrenc.daemon.nested;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The launcher that is bound into containers, up to where it becomes the JVM. */
class NestedLauncherTest {

  /** The C library's words stay untranslated, whatever the locale; names are UTF-8. */
  @ParameterizedTest
  @CsvSource({
    "LC_ALL, de_DE.UTF-8, de_DE.UTF-8",
    "LANG, de_DE.utf8, de_DE.utf8",
    "LC_MESSAGES, fr_FR.UTF-8, C.UTF-8",
    "LC_ALL, de_DE, C.UTF-8",
    "LC_CTYPE, C.UTF-8, C.UTF-8"
  })
  void wordsOfFailuresAreNotTranslated(String name, String value, String names) throws Exception {
    assertThat(environment(Map.of(name, value)))
        .contains("LC_MESSAGES=C", "LC_CTYPE=" + names)
        .noneMatch(line -> line.startsWith("LC_ALL="));
  }

  @Test
  void itIsToldThatItIsInside() throws Exception {
    assertThat(environment(Map.of("JAVA_TOOL_OPTIONS", "-X")))
        .contains("CTR_ENC_NESTED=1", "CTR_ENC_RUN=/run/ctr-enc/nested")
        .noneMatch(line -> line.startsWith("JAVA_TOOL_OPTIONS="));
  }

  private static List<String> environment(Map<String, String> caller) throws Exception {
    String becomesEnv = script().replaceFirst("(?m)^exec /run/ctr-enc/jdk/bin/java .*$", "env");
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", becomesEnv);
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.environment().putAll(caller);
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.lines().toList();
  }

  private static String script() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(NestedProgram.class.getResourceAsStream("ctr-enc"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
