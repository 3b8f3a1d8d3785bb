package ctrenc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is offered inside a container, over a directory that looks like one of a root. */
class NestedVerbTest {

  @TempDir private Path directory;
  private InProcess inside;

  @BeforeEach
  void hide() throws IOException {
    Path hidden = Files.createDirectory(directory.resolve(".ctr-enc"));
    for (String place : new String[] {"subvolumes", "forks", "snapshots", "images"}) {
      Files.createDirectory(hidden.resolve(place));
    }
    Files.createDirectory(hidden.resolve("images/small"));
    Files.writeString(hidden.resolve("info"), "owner 7\n");
    inside = new InProcess(directory).in(Map.of("CTR_ENC_NESTED", "1"));
  }

  private String said(int code, String... arguments) {
    InProcess.Result result = inside.call(arguments);
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    return (result.out() + result.err()).replace(directory.toString(), "D").strip();
  }

  private String at(String name) {
    return directory.resolve(name).toString();
  }

  @Test
  void theHiddenDirectoryDoesIt() {
    assertThat(said(0, "create", at("n"))).isEqualTo("D/n");
    assertThat(said(0, "create", "--image", "small", at("i"))).isEqualTo("D/i");
    assertThat(said(0, "create", "--fork", at("f"))).isEqualTo("D/f");
    assertThat(directory.resolve(".ctr-enc/images/small/i")).isDirectory();
    assertThat(directory.resolve(".ctr-enc/forks/f")).isDirectory();
    assertThat(said(0, "ls", directory.toString())).isEqualTo("D/n");
    assertThat(said(0, "inspect", directory.toString())).isEqualTo("owner 7");
    assertThat(said(0, "snapshot", "create", directory + "@s")).isEqualTo("D/.ctr-enc/snapshots/s");
    assertThat(said(0, "snapshot", "ls", directory.toString())).isEqualTo("D@s");
    assertThat(said(0, "snapshot", "rm", directory + "@s")).isEmpty();
    assertThat(said(0, "rm", at("n"))).isEqualTo("D/n");
  }

  @Test
  void whatFailsIsOneSentence() {
    said(0, "create", at("n"));
    assertThat(said(4, "create", at("n")))
        .isEqualTo("ctr-enc: cannot make D/.ctr-enc/subvolumes/n: the name is taken");
    assertThat(said(3, "create", "--image", "big", at("m"))).contains("there is no image big");
    assertThat(said(3, "create", at("nowhere/n")))
        .isEqualTo("ctr-enc: D/nowhere is no directory of this container's root: name one that is");
    assertThat(said(3, "rm", at("m"), at("n"))).contains("none of that name").contains("D/n");
    assertThat(said(10, "create", "/")).contains("name one below it");
    assertThat(said(2, "create", "--image", "..", at("m"))).contains("no name of an image");
    assertThat(said(2, "create", "--image", "small", "--fork", at("m"))).contains("exclude");
    assertThat(said(2, "snapshot", "rm", "s")).contains("write DIR@SNAPSHOT");
    assertThat(said(3, "lock", at("m"))).contains("no subvolume shows at D/m");
  }

  @Test
  void everyVerbInsideIsPromised() throws IOException {
    String abi = Files.readString(Path.of("ABI.md"));
    String promised =
        abi.substring(abi.indexOf("\nInside a container"), abi.indexOf("`run` there"));
    assertThat(
            Pattern.compile("^  ([a-z]+)  ", Pattern.MULTILINE)
                .matcher(inside.call("--help").out())
                .results()
                .map(verb -> verb.group(1)))
        .hasSize(12)
        .allSatisfy(verb -> assertThat(promised).contains("`" + verb));
  }
}
