package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.protector.Protector;
import ctrenc.overlay.export.Restore;
import ctrenc.overlay.extent.CompactionResult;
import ctrenc.overlay.extent.CompactionRule;
import ctrenc.overlay.extent.CompactionWatch;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever moves, keeps or removes locked roots reaches no key: both stores were opened with all of
 * them locked, and their memory for keys refuses everybody until the end of a test, which then
 * looks whether all is there.
 */
@Timeout(300)
class KeylessPathsTest {

  private static final Restore.Wanted EVERYTHING = new Restore.Wanted(List.of(), false);

  @TempDir Path temporary;
  private final GuardedSecrets secrets = new GuardedSecrets();
  private StorePair pair;
  private UUID root;
  private UUID first;
  private UUID snapshot;
  private String picked;

  /** A root with a nested one and two snapshots; more of its first layer is dead than lives. */
  @BeforeEach
  void open() throws Exception {
    pair = new StorePair(temporary.resolve("stores"), secrets);
    root = pair.here().create("r");
    FileSystemUser user = pair.here().user(root);
    HiddenUser.root(user.fileSystem()).mkdir("/.ctr-enc/subvolumes/box");
    user.mkdir("/d");
    picked = "1/" + user.inode("/d");
    user.put("/d/file", pattern(1, 400_000));
    user.put("/box/file", pattern(2, 90_000));
    user.put("/dead", pattern(3, 2_000_000));
    user.fileSystem().sync();
    user.truncate("/dead", 0);
    for (int i = 0; i < 10; i++) {
      user.put("/d/f" + i, pattern(i, 20_000));
    }
    first = pair.here().store().snapshots().createRecursive(root, "one").id();
    user.put("/late", pattern(4, 50_000));
    user.fileSystem().close();
    pair.here().store().subvolumes().lock(root);
    pair.here().reopen();
    pair.there().reopen();
    secrets.guard();
    snapshot = pair.freeze(root, "alone");
  }

  @AfterEach
  void close() throws IOException {
    secrets.open();
    pair.close();
  }

  private void assertKeyless() {
    assertThat(secrets.touched()).isEmpty();
    assertThat(pair.here().store().subvolumes().list()).noneMatch(SubvolumeInfo::unlocked);
    assertThat(pair.there().store().subvolumes().list()).noneMatch(SubvolumeInfo::unlocked);
  }

  private Transfers there() {
    return pair.there().store().transfers();
  }

  /** It is verified without keys, then with them, and read. */
  private void assertArrived(UUID arrived) throws Exception {
    assertThat(pair.there().verify().findings()).isEmpty();
    assertThat(pair.there().store().check().problems()).isEmpty();
    assertKeyless();
    secrets.open();
    FileSystemUser user = pair.arrived(arrived);
    same(user.read("/d/file"), pattern(1, 400_000), "the file");
    same(user.read("/late"), pattern(4, 50_000), "the late one");
    user.fileSystem().close();
    assertThat(pair.there().verify().findings()).isEmpty();
  }

  /** The hook itself: what needs a key does not get past it. */
  @Test
  void whoeverNeedsAKeyIsStopped() {
    Subvolumes subvolumes = pair.here().store().subvolumes();
    secrets.open();
    Protector key = pair.here().machineKey();
    secrets.guard();
    assertThatThrownBy(() -> subvolumes.unlock(root, List.of(key)))
        .isInstanceOf(GuardedSecrets.KeyTouchedError.class);
    assertThat(secrets.touched()).hasSize(1);
  }

  @Test
  void streamsAreSentCutGoneOnWithAndReceived() throws Exception {
    byte[] whole = pair.send(first, Optional.empty());
    byte[] cut = Arrays.copyOf(whole, whole.length * 3 / 4);
    assertThatThrownBy(() -> there().receive("one", true, StreamFrames.channel(cut), done -> {}))
        .isInstanceOf(DamagedException.class);
    Optional<ResumePoint> point = there().kept().stream().findFirst();
    byte[] rest = pair.send(Transfers.Outgoing.whole(first).from(point));
    assertThat(rest.length).isLessThan(whole.length);
    pair.receive("one", rest);
    UUID two = pair.receive("two", pair.send(snapshot, Optional.of(first))).subvolume().id();
    assertArrived(two);
  }

  @Test
  void whatIsNestedIsSentAndItsPartsAreDropped() throws Exception {
    byte[] whole =
        pair.send(new Transfers.Outgoing(first, Optional.empty(), true, true, Optional.empty()));
    byte[] cut = Arrays.copyOf(whole, whole.length * 9 / 10);
    assertThatThrownBy(() -> there().receive("one", true, StreamFrames.channel(cut), done -> {}))
        .isInstanceOf(DamagedException.class);
    assertThat(there().drop(there().kept().getFirst())).isTrue();
    pair.assertNothingLeft();
    UUID received = pair.receive("one", whole).subvolume().id();
    assertThat(pair.there().verify().findings()).isEmpty();
    assertKeyless();
    secrets.open();
    FileSystemUser user = pair.arrived(received);
    same(user.read("/box/file"), pattern(2, 90_000), "the nested file");
    user.fileSystem().close();
  }

  private byte[] backup() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    pair.here()
        .store()
        .transfers()
        .backup(
            Transfers.Outgoing.whole(snapshot),
            Pace.unlimited(),
            Channels.newChannel(out),
            done -> {});
    return out.toByteArray();
  }

  private UUID restore(String name, byte[] archive, Restore.Wanted wanted) throws IOException {
    return there()
        .restore(name, StreamFrames.channel(archive), wanted, done -> {})
        .subvolume()
        .id();
  }

  @Test
  void backupsAreMadePickedFromAndRestored() throws Exception {
    byte[] archive = backup();
    UUID part = restore("part", archive, new Restore.Wanted(List.of(picked), false));
    pair.there().store().subvolumes().destroy(part);
    pair.assertNothingLeft();
    assertArrived(restore("whole", archive, EVERYTHING));
  }

  @Test
  void viewIsCopiedAndRestored() throws Exception {
    Path copy = Files.createDirectory(temporary.resolve("copy"));
    new SavedView(copy, true).save(pair.here().store().transfers().view(snapshot));
    assertArrived(there().restore("copied", copy, done -> {}).subvolume().id());
  }

  @Test
  void lockedRootIsCompactedRepairedVerifiedAndSentThen() throws Exception {
    byte[] archive = backup();
    CompactionResult result =
        pair.here()
            .store()
            .upkeep()
            .compact(Optional.empty(), CompactionRule.asked(), Pace.unlimited(), new NothingSaid());
    assertThat(result.files()).isPositive();
    Path file = Repairs.largest(pair.here().segmentFiles());
    VerifiedStore.flip(file, Files.size(file) / 2);
    assertThat(pair.here().verify().findings()).hasSize(1);
    Repairs repairs = new Repairs();
    pair.here()
        .store()
        .upkeep()
        .repair(Optional.empty(), new ByteArrayInputStream(archive), repairs);
    assertThat(repairs.repaired()).extracting(ScrubFinding::kind).hasSize(1);
    assertThat(repairs.left()).isEmpty();
    assertThat(pair.here().verify().findings()).isEmpty();
    assertThat(pair.here().store().check().problems()).isEmpty();
    assertArrived(pair.receive("copy", pair.send(snapshot, Optional.empty())).subvolume().id());
  }

  @Test
  void lockedRootIsRemovedWithAllThatIsNestedInIt() throws Exception {
    pair.here().store().snapshots().remove(first);
    pair.here().store().subvolumes().destroy(root);
    assertThat(pair.here().store().subvolumes().list()).isEmpty();
    assertThat(pair.here().segmentFiles()).isEmpty();
    assertThat(pair.here().store().check().problems()).isEmpty();
    assertKeyless();
  }

  private record NothingSaid() implements CompactionWatch {

    @Override
    public void moved(long bytes) {
      // The result says it.
    }

    @Override
    public void damaged(UUID layer, long extent) {
      throw new AssertionError("extent " + extent + " of layer " + layer + " is damaged");
    }
  }
}
