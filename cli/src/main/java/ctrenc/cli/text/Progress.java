package ctrenc.cli.text;

import java.io.PrintStream;
import java.util.function.BiFunction;

/**
 * How far something is: a bar that is drawn over itself on a terminal, one line per stage where
 * there is none.
 */
public final class Progress {
  private static final int WIDTH = 30;

  private final PrintStream stream;
  private final boolean terminal;
  private final BiFunction<String, Long, String> amount;
  private String stage = "";
  private int drawn;

  /**
   * @param amount a stage and a number of what it counts, as people say it
   */
  public Progress(PrintStream stream, boolean terminal, BiFunction<String, Long, String> amount) {
    this.amount = amount;
    this.stream = stream;
    this.terminal = terminal;
  }

  /**
   * @param total 0 where it is not known
   */
  public void show(String newStage, long done, long total) {
    if (terminal) {
      draw(line(newStage, done, total));
    } else if (!newStage.equals(stage)) {
      stream.print(newStage + "\n");
      stream.flush();
    }
    stage = newStage;
  }

  /** Leaves the line to whatever is printed next. */
  public void end() {
    if (drawn > 0) {
      draw("");
      stream.print("\r");
      stream.flush();
      drawn = 0;
    }
  }

  private String line(String stage, long done, long total) {
    if (total <= 0) {
      return "%-10s %s".formatted(stage, amount.apply(stage, done));
    }
    int filled = (int) (WIDTH * Math.min(done, total) / total);
    return "%-10s [%s%s] %3d%%  %s of %s"
        .formatted(
            stage,
            "#".repeat(filled),
            " ".repeat(WIDTH - filled),
            100 * Math.min(done, total) / total,
            amount.apply(stage, done),
            amount.apply(stage, total));
  }

  private void draw(String line) {
    stream.print("\r" + line + " ".repeat(Math.max(0, drawn - line.length())));
    stream.flush();
    drawn = line.length();
  }
}
