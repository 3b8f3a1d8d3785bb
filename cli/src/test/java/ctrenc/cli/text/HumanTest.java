package ctrenc.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HumanTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1, 1 B",
    "1023, 1023 B",
    "1024, 1.0 KiB",
    "10188, 9.9 KiB",
    "10190, 10 KiB",
    "1048063, 1023 KiB",
    "1048064, 1.0 MiB",
    "5242880, 5.0 MiB",
    "9223372036854775807, 8.0 EiB"
  })
  void sizesHaveTheLargestUnitThatFits(long bytes, String text) {
    assertThat(Human.size(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "-5, 0 seconds ago",
    "1, 1 second ago",
    "119, 119 seconds ago",
    "120, 2 minutes ago",
    "7199, 119 minutes ago",
    "7200, 2 hours ago",
    "172799, 47 hours ago",
    "172800, 2 days ago",
    "1209599, 13 days ago",
    "1209600, 2 weeks ago"
  })
  void agesHaveTheLargestUnitOfWhichThereAreTwo(long seconds, String text) {
    Instant then = Instant.parse("2026-01-01T00:00:00Z");
    assertThat(Human.age(then, then.plusSeconds(seconds))).isEqualTo(text);
  }
}
