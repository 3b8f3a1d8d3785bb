package ctrenc.cli.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows in columns that are as wide as their widest cell, two blanks apart, none at a line's end.
 */
public final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... headings) {
    rows.add(List.of(headings));
  }

  /** A table without headings, such as a list of names and values. */
  public Table() {}

  public void row(String... cells) {
    rows.add(List.of(cells));
  }

  /** Lines, each with its line feed. */
  public String text() {
    List<Integer> widths = widths();
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        String cell = printable(row.get(column));
        line.append(cell).repeat(' ', widths.get(column) - width(cell) + 2);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private List<Integer> widths() {
    List<Integer> widths = new ArrayList<>();
    for (List<String> row : rows) {
      for (int column = 0; column < row.size(); column++) {
        int width = width(printable(row.get(column)));
        if (column == widths.size()) {
          widths.add(width);
        } else {
          widths.set(column, Math.max(widths.get(column), width));
        }
      }
    }
    return widths;
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }

  /** A cell is one line, and cannot drive the terminal, whatever a container's command holds. */
  private static String printable(String cell) {
    return cell.codePoints()
        .map(point -> Character.isISOControl(point) ? '?' : point)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
