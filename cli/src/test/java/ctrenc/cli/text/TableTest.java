package ctrenc.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    Table table = new Table("A", "LONG", "C");
    table.row("äöü", "1", "");
    table.row("1", "", "x");
    assertThat(table.text()).isEqualTo("A    LONG  C\näöü  1\n1          x\n");
  }

  @Test
  void cellCannotDriveTheTerminal() {
    Table table = new Table();
    table.row("a\u001b[2Jb\nc\u0085");
    assertThat(table.text()).isEqualTo("a?[2Jb?c?\n");
  }

  @Property
  void everyCellBeginsWhereItsHeadingDoes(
      @ForAll @Size(min = 1, max = 8) List<@AlphaChars String> cells) {
    Table table = new Table("FIRST", "SECOND");
    cells.forEach(cell -> table.row(cell, "x"));
    List<String> lines = table.text().lines().toList();
    int column = lines.getFirst().indexOf("SECOND");
    for (int i = 0; i < cells.size(); i++) {
      assertThat(lines.get(i + 1)).startsWith(cells.get(i)).hasSize(column + 1).endsWith("x");
    }
  }
}
