package ctrenc.daemon.snapshotter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.daemon.container.RootKey;
import ctrenc.daemon.refusal.RefusedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What labels and settings make of a snapshot. */
class PoliciesTest {

  private static final String EXTRACT = "default/7/extract-123-abc sha256:00";
  private static final String CONTAINER = "default/8/web";
  private static final String KEY = "ctr-enc.io/key";
  private static final String QUOTA = "ctr-enc.io/quota";
  private static final String ENCRYPT = "ctr-enc.io/encrypt-layers";
  private static final RootKey DB = new RootKey.Named("db");
  private static final Policies USUAL = new Policies(false, false, 0, List.of("db")::contains);
  private static final Policies STRICT = new Policies(true, true, 1000, List.of("db")::contains);
  private static final Policy PLAIN = new Policy.Plain();
  private static final Policy THROWAWAY = new Policy.Encrypted(RootKey.THROWAWAY, 0);
  private static final Policy KEPT = new Policy.Encrypted(RootKey.MACHINE, 0);
  private static final Optional<RootKey> NONE = Optional.empty();
  private static final Optional<RootKey> ENCRYPTED = Optional.of(RootKey.MACHINE);

  @Test
  void layersArePlainAndContainersThrowaway() throws Exception {
    assertThat(USUAL.of(EXTRACT, Map.of(), NONE)).isEqualTo(PLAIN);
    assertThat(USUAL.of("extract-1", Map.of(), NONE)).isEqualTo(PLAIN);
    assertThat(USUAL.of(CONTAINER, Map.of(), NONE)).isEqualTo(THROWAWAY);
    assertThat(USUAL.of("default/8/my-extract-1", Map.of(), NONE)).isEqualTo(THROWAWAY);
    assertThat(USUAL.of("extract-1/8/web", Map.of(), NONE)).isEqualTo(THROWAWAY);
    assertThat(USUAL.of("ns/x/extract-1", Map.of(), NONE)).isEqualTo(THROWAWAY);
  }

  @ParameterizedTest
  @CsvSource({"''", "containerd.io/snapshot/"})
  void labelsAskForMore(String before) throws Exception {
    String key = before + "ctr-enc.io/key";
    assertThat(USUAL.of(CONTAINER, Map.of(key, "machine"), NONE)).isEqualTo(KEPT);
    assertThat(USUAL.of(CONTAINER, Map.of(key, "throwaway"), NONE)).isEqualTo(THROWAWAY);
    Map<String, String> plain = Map.of(before + "ctr-enc.io/layer", "plain");
    assertThat(USUAL.of(CONTAINER, plain, NONE)).isEqualTo(PLAIN);
    Map<String, String> encrypted = Map.of(before + "ctr-enc.io/encrypt-layers", "true");
    assertThat(USUAL.of(EXTRACT, encrypted, NONE)).isEqualTo(KEPT);
    assertThat(USUAL.of(CONTAINER, encrypted, NONE)).isEqualTo(THROWAWAY);
  }

  @Test
  void whatStandsOnEncryptedIsEncrypted() throws Exception {
    assertThat(USUAL.of(EXTRACT, Map.of(), ENCRYPTED)).isEqualTo(KEPT);
    assertThatThrownBy(() -> USUAL.of(CONTAINER, Map.of("ctr-enc.io/layer", "plain"), ENCRYPTED))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void settingsOnlyTighten() throws Exception {
    assertThat(STRICT.of(EXTRACT, Map.of(), NONE)).isEqualTo(KEPT);
    for (Map<String, String> looser :
        List.of(
            Map.of(KEY, "machine"),
            Map.of(KEY, "db"),
            Map.of(ENCRYPT, "false"),
            Map.of(QUOTA, "1001"),
            Map.of("ctr-enc.io/layer", "plain"))) {
      assertThatThrownBy(() -> STRICT.of(EXTRACT, looser, NONE))
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
    "ctr-enc.io/quota,0",
    "ctr-enc.io/quota,-1",
    "ctr-enc.io/quota,10M",
    "ctr-enc.io/quota,99999999999999999999",
    "ctr-enc.io/key,../db",
    "ctr-enc.io/encrypt,true",
    "containerd.io/snapshot/ctr-enc.io/KEY,throwaway"
  })
  void whatIsNotKnownIsRefused(String label, String value) {
    Map<String, String> labels = Map.of(label, value == null ? "" : value);
    assertThatThrownBy(() -> USUAL.of(CONTAINER, labels, NONE))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("ctr-enc.io");
    assertThatThrownBy(() -> USUAL.check(labels)).isInstanceOf(RefusedException.class);
  }

  @Test
  void keysHaveNames() throws Exception {
    Map<String, String> named = Map.of(KEY, "db");
    assertThat(USUAL.of(CONTAINER, named, NONE)).isEqualTo(new Policy.Encrypted(DB, 0));
    Map<String, String> layer = Map.of(KEY, "db", ENCRYPT, "true");
    assertThat(USUAL.of(EXTRACT, layer, NONE)).isEqualTo(new Policy.Encrypted(DB, 0));
  }

  /** Who opens a snapshot reads what it stands on. */
  @Test
  void whatStandsOnANamedKeyOpensWithNoOther() throws Exception {
    Optional<RootKey> below = Optional.of(DB);
    assertThat(USUAL.of(EXTRACT, Map.of(), below)).isEqualTo(new Policy.Encrypted(DB, 0));
    assertThat(USUAL.of(CONTAINER, Map.of(), below)).isEqualTo(THROWAWAY);
    refused(() -> USUAL.of(CONTAINER, Map.of(KEY, "machine"), below));
  }

  @Test
  void quotasBoundWhatIsEncrypted() throws Exception {
    assertThat(USUAL.of(CONTAINER, Map.of(QUOTA, "9"), NONE))
        .isEqualTo(new Policy.Encrypted(RootKey.THROWAWAY, 9));
    assertThat(STRICT.of(CONTAINER, Map.of(), NONE))
        .isEqualTo(new Policy.Encrypted(RootKey.THROWAWAY, 1000));
    assertThat(STRICT.of(CONTAINER, Map.of(QUOTA, "999"), NONE))
        .isEqualTo(new Policy.Encrypted(RootKey.THROWAWAY, 999));
  }

  /** Nothing that was asked for is left out in silence. */
  @Test
  void whatCannotBeGivenIsRefused() {
    refused(() -> USUAL.of(EXTRACT, Map.of(QUOTA, "9"), NONE));
    refused(() -> USUAL.of(EXTRACT, Map.of(KEY, "machine"), NONE));
    refused(() -> USUAL.of(EXTRACT, Map.of(KEY, "throwaway", ENCRYPT, "true"), NONE));
  }

  @Test
  void whatWasAskedForStays() throws Exception {
    Map<String, String> asked = Map.of(QUOTA, "9", "a", "b");
    USUAL.requireUnchanged(asked, Map.of("containerd.io/snapshot/" + QUOTA, "9"));
    refused(() -> USUAL.requireUnchanged(asked, Map.of(QUOTA, "10")));
    refused(() -> USUAL.requireUnchanged(asked, Map.of()));
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.kind()).isEqualTo(RefusedException.Kind.INVALID));
  }

  @Test
  void labelsOfOthersAreTheirs() throws Exception {
    Map<String, String> theirs = Map.of("ctr-encrypted", "x", "containerd.io/gc.root", "y");
    assertThat(USUAL.of(CONTAINER, theirs, NONE)).isEqualTo(THROWAWAY);
    assertThatThrownBy(() -> USUAL.check(Map.of("a", "b".repeat(4096))))
        .isInstanceOf(RefusedException.class);
  }
}
