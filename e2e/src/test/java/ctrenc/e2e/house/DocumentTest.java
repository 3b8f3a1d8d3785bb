package ctrenc.e2e.house;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Documents lead where they say, and scripts pass their checker. */
final class DocumentTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

  @Test
  void linksLeadSomewhere() {
    List<String> dangling = new ArrayList<>();
    List<Path> documents =
        Repository.files().stream().filter(file -> file.toString().endsWith(".md")).toList();
    for (Path document : documents) {
      Path directory = Repository.root().resolve(document).getParent();
      LINK.matcher(Repository.read(document))
          .results()
          .map(link -> link.group(1))
          .filter(target -> !Files.exists(directory.resolve(target)))
          .forEach(target -> dangling.add(document + " -> " + target));
    }
    assertThat(documents).as("the documents of all modules").isNotEmpty();
    assertThat(dangling).as("a link in a document names a file that is there").isEmpty();
  }

  /** Tagged with the kernel's tests because those machines have the checker installed. */
  @Test
  @Tag("kernel")
  void scriptsPassTheirChecker() {
    Path root = Repository.root();
    List<String> scripts =
        Repository.files().stream()
            .filter(DocumentTest::isScript)
            .map(file -> root.resolve(file).toString())
            .toList();
    assertThat(scripts).as("the scripts of the project").hasSizeGreaterThan(3);
    List<String> argv = new ArrayList<>(List.of("shellcheck", "-x", "-P", root.toString()));
    argv.addAll(scripts);
    Command.of(argv.toArray(String[]::new)).ok();
  }

  private static boolean isScript(Path file) {
    try (InputStream in = Files.newInputStream(Repository.root().resolve(file))) {
      return new String(in.readNBytes(16), StandardCharsets.ISO_8859_1)
          .matches("(?s)#!/bin/(ba)?sh\n.*");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
