package ctrenc.daemon.snapshotter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.daemon.refusal.RefusedException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What labels and settings make of a snapshot. */
class PoliciesTest {

  private static final String EXTRACT = "default/7/extract-123-abc sha256:00";
  private static final String CONTAINER = "default/8/web";
  private static final Policies USUAL = new Policies(false, false);
  private static final Policies STRICT = new Policies(true, true);
  private static final Policy PLAIN = new Policy(true, true);
  private static final Policy THROWAWAY = new Policy(false, false);
  private static final Policy KEPT = new Policy(false, true);

  @Test
  void layersArePlainAndContainersThrowaway() throws Exception {
    assertThat(USUAL.of(EXTRACT, Map.of(), false)).isEqualTo(PLAIN);
    assertThat(USUAL.of("extract-1", Map.of(), false)).isEqualTo(PLAIN);
    assertThat(USUAL.of(CONTAINER, Map.of(), false)).isEqualTo(THROWAWAY);
    assertThat(USUAL.of("default/8/my-extract-1", Map.of(), false)).isEqualTo(THROWAWAY);
    assertThat(USUAL.of("extract-1/8/web", Map.of(), false)).isEqualTo(THROWAWAY);
    assertThat(USUAL.of("ns/x/extract-1", Map.of(), false)).isEqualTo(THROWAWAY);
  }

  @ParameterizedTest
  @CsvSource({"''", "containerd.io/snapshot/"})
  void labelsAskForMore(String before) throws Exception {
    String key = before + "ctr-enc.io/key";
    assertThat(USUAL.of(CONTAINER, Map.of(key, "machine"), false)).isEqualTo(KEPT);
    assertThat(USUAL.of(CONTAINER, Map.of(key, "throwaway"), false)).isEqualTo(THROWAWAY);
    Map<String, String> plain = Map.of(before + "ctr-enc.io/layer", "plain");
    assertThat(USUAL.of(CONTAINER, plain, false)).isEqualTo(PLAIN);
    Map<String, String> encrypted = Map.of(before + "ctr-enc.io/encrypt-layers", "true");
    assertThat(USUAL.of(EXTRACT, encrypted, false)).isEqualTo(KEPT);
    assertThat(USUAL.of(CONTAINER, encrypted, false)).isEqualTo(THROWAWAY);
  }

  @Test
  void whatStandsOnEncryptedIsEncrypted() throws Exception {
    assertThat(USUAL.of(EXTRACT, Map.of(), true)).isEqualTo(KEPT);
    assertThatThrownBy(() -> USUAL.of(CONTAINER, Map.of("ctr-enc.io/layer", "plain"), true))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void settingsOnlyTighten() throws Exception {
    assertThat(STRICT.of(EXTRACT, Map.of(), false)).isEqualTo(KEPT);
    for (Map<String, String> looser :
        List.of(
            Map.of("ctr-enc.io/key", "machine"),
            Map.of("ctr-enc.io/encrypt-layers", "false"),
            Map.of("ctr-enc.io/layer", "plain"))) {
      assertThatThrownBy(() -> STRICT.of(EXTRACT, looser, false))
          .isInstanceOfSatisfying(
              RefusedException.class,
              e -> assertThat(e.kind()).isEqualTo(RefusedException.Kind.INVALID));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ctr-enc.io/key,",
    "ctr-enc.io/key,plain",
    "ctr-enc.io/layer,encrypted",
    "ctr-enc.io/encrypt-layers,yes",
    "ctr-enc.io/quota,100",
    "ctr-enc.io/encrypt,true",
    "containerd.io/snapshot/ctr-enc.io/KEY,throwaway"
  })
  void whatIsNotKnownIsRefused(String label, String value) {
    Map<String, String> labels = Map.of(label, value == null ? "" : value);
    assertThatThrownBy(() -> USUAL.of(CONTAINER, labels, false))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("ctr-enc.io");
    assertThatThrownBy(() -> USUAL.check(labels)).isInstanceOf(RefusedException.class);
  }

  @Test
  void labelsOfOthersAreTheirs() throws Exception {
    Map<String, String> theirs = Map.of("ctr-encrypted", "x", "containerd.io/gc.root", "y");
    assertThat(USUAL.of(CONTAINER, theirs, false)).isEqualTo(THROWAWAY);
    assertThatThrownBy(() -> USUAL.check(Map.of("a", "b".repeat(4096))))
        .isInstanceOf(RefusedException.class);
  }
}
