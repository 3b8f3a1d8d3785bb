package ctrenc.cli.process;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The modes of the terminal on standard input, kept by stty, so that they can be put back after a
 * program that was killed in the middle of raw mode.
 *
 * @param modes what {@code stty -g} says
 */
public record TerminalState(String modes, int rows, int columns) {

  public static TerminalState save() throws IOException, InterruptedException {
    String[] size = stty("size").split(" ");
    return new TerminalState(stty("-g"), number(size, 0), number(size, 1));
  }

  public void restore() throws IOException, InterruptedException {
    stty(modes);
  }

  private static int number(String[] words, int index) {
    return index < words.length && words[index].matches("\\d{1,5}")
        ? Integer.parseInt(words[index])
        : 0;
  }

  private static String stty(String argument) throws IOException, InterruptedException {
    Process stty =
        new ProcessBuilder("stty", argument).redirectInput(ProcessBuilder.Redirect.INHERIT).start();
    String said = new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (stty.waitFor() != 0) {
      throw new Failure(ExitCode.FAILED, "the terminal's modes cannot be read: call without --tty");
    }
    return said;
  }
}
