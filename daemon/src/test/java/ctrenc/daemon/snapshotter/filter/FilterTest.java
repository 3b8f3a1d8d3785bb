package ctrenc.daemon.snapshotter.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** containerd's filter language, on a snapshot with labels of awkward names. */
class FilterTest {

  private static final Map<String, String> FIELDS =
      Map.of(
          "name", "default/3/sha256:abc",
          "parent", "",
          "kind", "committed",
          "labels.plain", "yes",
          "labels.a.b", "c",
          "labels.containerd.io/gc.root", "2026-01-01T00:00:00Z",
          "labels.quote\"d", "tab\there",
          "labels.comma", "a,b c",
          "labels.path", "/a|b");

  private static Optional<String> field(List<String> path) {
    return Optional.ofNullable(FIELDS.get(String.join(".", path)));
  }

  private static boolean matches(String... filters) throws FilterSyntaxException {
    return Filter.any(List.of(filters)).matches(FilterTest::field);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "name",
        "parent",
        "name==default/3/sha256:abc",
        "name == default/3/sha256:abc",
        "name==\"default/3/sha256:abc\"",
        "parent==\"\"",
        "kind!=active",
        "absent!=x",
        "kind~=^comm",
        "name~=sha256",
        "name~=/^default/",
        "name~=/^default\\/3/",
        "name~=|^default/3|",
        "name~=\"^default/\\\\d+\"",
        "kind==committed,labels.plain==yes",
        "kind==committed , labels.plain==yes",
        "absent~=^$"
      })
  void passes(String filter) throws Exception {
    assertThat(matches(filter)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "labels.plain",
        "labels.\"a.b\"==c",
        "labels.a.b==c",
        "labels.\"containerd.io/gc.root\"",
        "labels.\"quote\\\"d\"==\"tab\\there\"",
        "labels.\"\\x70lain\"==\"\\u0079\\145s\"",
        "labels.comma==\"a,b c\"",
        "labels.path==\"/a|b\""
      })
  void findsLabels(String filter) throws Exception {
    assertThat(matches(filter)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "absent",
        "labels.absent",
        "labels",
        "parent==x",
        "kind!=committed",
        "name==default/3",
        "name~=^3",
        "kind==committed,labels.plain==no",
        "labels.comma==a"
      })
  void doesNotPass(String filter) throws Exception {
    assertThat(matches(filter)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ",",
        "name==",
        "==x",
        "name=x",
        "name==a b",
        "name==x,",
        "name..x",
        "labels.",
        "name==\"open",
        "name==\"bad\\q\"",
        "name==\"bad\\u12\"",
        "name==/slashes/",
        "name~=/open",
        "name~=(",
        "name~=\"a(?=b)\"",
        "3==x",
        "name x"
      })
  void isRefused(String filter) {
    assertThatThrownBy(() -> matches(filter))
        .isInstanceOf(FilterSyntaxException.class)
        .hasMessageContaining("character");
  }

  @Test
  void oneOfSeveralIsEnoughAndNoneIsAll() throws Exception {
    assertThat(matches()).isTrue();
    assertThat(matches("absent", "kind==committed")).isTrue();
    assertThat(matches("absent", "kind==view")).isFalse();
  }

  /** Takes exponential time where an expression is tried in every way. */
  @Test
  void expressionsTakeTheirTextsTime() throws Exception {
    Filter filter = Filter.any(List.of("name~=^(a+)+$"));
    assertThat(filter.matches(path -> Optional.of("a".repeat(50_000) + "b"))).isFalse();
  }
}
