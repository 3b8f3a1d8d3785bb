package ctrenc.overlay.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every offset and length of the wire, against those of the C structures. */
class WireLayoutTest {

  @Test
  void offsetsAreThoseOfTheKernelsHeader() throws Exception {
    Map<String, Integer> ours = new TreeMap<>();
    for (Class<?> side : new Class<?>[] {WireIn.class, WireOut.class}) {
      for (Class<?> structure : side.getDeclaredClasses()) {
        for (Field field : structure.getDeclaredFields()) {
          if (field.getType() == int.class) {
            ours.put(structure.getSimpleName() + "." + field.getName(), field.getInt(null));
          }
        }
      }
    }
    assertThat(ours).containsExactlyInAnyOrderEntriesOf(theirs());
  }

  private static Map<String, Integer> theirs() throws IOException {
    Map<String, Integer> offsets = new TreeMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                WireLayoutTest.class.getResourceAsStream("wire-layout.txt"),
                StandardCharsets.UTF_8))) {
      lines
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" "))
          .forEach(parts -> offsets.put(parts[0], Integer.valueOf(parts[1])));
    }
    return offsets;
  }

  @Test
  void operationsAreFoundByTheirNumber() {
    for (Operation operation : Operation.values()) {
      assertThat(Operation.ofCode(operation.code())).isEqualTo(operation);
      assertThat(operation.argumentLength()).isBetween(0, Operation.MAX_ARGUMENT);
    }
    assertThat(Operation.ofCode(0)).isNull();
    assertThat(Operation.ofCode(-1)).isNull();
    assertThat(Operation.ofCode(1 << 20)).isNull();
  }
}
