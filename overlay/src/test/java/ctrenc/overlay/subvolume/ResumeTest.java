package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.LiveCopy;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams that are cut go on where they were, as often as they are, and nothing comes twice. */
@Timeout(300)
class ResumeTest {

  private static final int LAYERS = 3;
  private static final int FILES = 20;

  @TempDir Path temporary;
  private StorePair pair;
  private UUID root;
  private UUID snapshot;
  private int next;

  /** A locked root of several layers with several extents each, and a nested one. */
  @BeforeEach
  void open() throws Exception {
    pair = new StorePair(temporary);
    root = pair.here().create("r");
    FileSystemUser user = pair.here().user(root);
    HiddenUser.root(user.fileSystem()).mkdir("/.ctr-enc/subvolumes/box");
    for (int layer = 0; layer < LAYERS; layer++) {
      for (int i = 0; i < FILES; i++) {
        user.put("/f" + layer + "-" + i, pattern(layer * FILES + i, 5000));
        user.put("/box/f" + layer + "-" + i, pattern(layer * FILES + i, 3000));
      }
      snapshot = pair.here().store().snapshots().createRecursive(root, "s" + layer).id();
    }
    user.fileSystem().close();
    pair.here().store().subvolumes().lock(root);
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  private byte[] sent(Optional<UUID> since, Optional<ResumePoint> rest) throws IOException {
    return pair.send(new Transfers.Outgoing(snapshot, since, true, rest));
  }

  private Transfers there() {
    return pair.there().store().transfers();
  }

  private Transfers.Received resumable(byte[] stream) throws IOException {
    next++;
    return there()
        .receive(
            "try" + next, true, Channels.newChannel(new ByteArrayInputStream(stream)), done -> {});
  }

  private void cut(byte[] stream, int length) {
    assertThatThrownBy(() -> resumable(Arrays.copyOf(stream, length)))
        .isInstanceOf(DamagedException.class);
  }

  private Optional<ResumePoint> kept() {
    List<ResumePoint> points = there().kept();
    assertThat(points).hasSizeLessThan(2);
    return points.stream().findFirst();
  }

  private void holdsAll(UUID arrived) throws Exception {
    FileSystemUser user = pair.arrived(arrived);
    for (int i = 0; i < LAYERS * FILES; i++) {
      String name = "f" + i / FILES + "-" + i % FILES;
      same(user.read("/" + name), pattern(i, 5000), name);
      same(user.read("/box/" + name), pattern(i, 3000), "the nested " + name);
    }
    user.fileSystem().close();
    assertThat(there().kept()).isEmpty();
    assertThat(pair.there().verify().findings()).isEmpty();
    assertThat(pair.there().store().check().problems()).isEmpty();
    pair.there().store().subvolumes().destroy(arrived);
    pair.assertNothingLeft();
  }

  @RepeatedTest(5)
  void cutAnywhereAndOftenItComesWholeAtLast() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("resumed streams with seed " + seed);
    Random random = new Random(seed);
    byte[] stream = sent(Optional.empty(), Optional.empty());
    for (int i = 0; i < 6; i++) {
      cut(stream, random.nextInt(stream.length));
      if (random.nextBoolean()) {
        pair.there().reopen();
      }
      int before = stream.length;
      stream = sent(Optional.empty(), kept());
      assertThat(stream.length).as("seed %d", seed).isLessThanOrEqualTo(before + Long.BYTES);
    }
    assertThat(pair.there().store().subvolumes().list()).isEmpty();
    assertThat(pair.there().store().check().problems()).isEmpty();
    holdsAll(resumable(stream).subvolume().id());
  }

  @Test
  void whatCameBeforeDamageIsKept() throws Exception {
    byte[] stream = sent(Optional.empty(), Optional.empty());
    byte[] changed = stream.clone();
    changed[stream.length / 2] ^= 1;
    assertThatThrownBy(() -> resumable(changed))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("ctr-enc send --resume");
    ResumePoint point = kept().orElseThrow();
    assertThat(ResumePoint.parse(point.toString())).hasValue(point);
    byte[] rest = sent(Optional.empty(), Optional.of(point));
    assertThat(rest.length).isLessThan(stream.length * 2 / 3);
    holdsAll(resumable(rest).subvolume().id());
  }

  @Test
  void restOfAnIncrementComes() throws Exception {
    UUID base = pair.here().store().snapshots().find(root, "s0").orElseThrow().id();
    byte[] whole =
        pair.send(new Transfers.Outgoing(base, Optional.empty(), true, Optional.empty()));
    UUID first = pair.receive("base", whole).subvolume().id();
    byte[] increment = sent(Optional.of(base), Optional.empty());
    cut(increment, increment.length / 2);
    byte[] rest = sent(Optional.of(base), kept());
    assertThat(rest.length).isLessThan(increment.length * 3 / 4);
    UUID all = pair.receive("all", rest).subvolume().id();
    pair.there().store().subvolumes().destroy(first);
    holdsAll(all);
  }

  @Test
  void theRestOfSomethingElseIsRefused() throws Exception {
    byte[] stream = sent(Optional.empty(), Optional.empty());
    cut(stream, stream.length / 2);
    ResumePoint point = kept().orElseThrow();
    ResumePoint other = new ResumePoint(UUID.randomUUID(), 5);
    assertThatThrownBy(() -> sent(Optional.empty(), Optional.of(other)))
        .isInstanceOf(UnmovableException.class);
    ResumePoint later = new ResumePoint(point.layer(), point.extent() + 1);
    byte[] gap = sent(Optional.empty(), Optional.of(later));
    assertThatThrownBy(() -> resumable(gap))
        .isInstanceOf(UnmovableException.class)
        .hasMessageContaining("from its beginning");
    assertThat(kept()).hasValue(point);
    byte[] rest = sent(Optional.empty(), Optional.of(point));
    holdsAll(resumable(rest).subvolume().id());
  }

  @Test
  void whatIsDroppedOrSentAnewLeavesNothing() throws Exception {
    byte[] stream = sent(Optional.empty(), Optional.empty());
    cut(stream, stream.length * 3 / 4);
    ResumePoint point = kept().orElseThrow();
    assertThat(there().drop(point)).isTrue();
    assertThat(there().drop(point)).isFalse();
    assertThat(kept()).isEmpty();
    pair.assertNothingLeft();
    byte[] rest = sent(Optional.empty(), Optional.of(point));
    assertThatThrownBy(() -> resumable(rest)).isInstanceOf(UnmovableException.class);
    pair.assertNothingLeft();
    cut(stream, stream.length / 2);
    holdsAll(pair.receive("anew", stream).subvolume().id());
  }

  /** A process that dies leaves what was kept before, though it was going on with it. */
  @Test
  void whatWasKeptOutlivesACrashOfWhoGoesOnWithIt() throws Exception {
    byte[] stream = sent(Optional.empty(), Optional.empty());
    cut(stream, stream.length / 2);
    ResumePoint point = kept().orElseThrow();
    try (VerifiedStore crashed = copied("kept")) {
      assertThat(crashed.store().transfers().kept()).containsExactly(point);
      assertThat(crashed.store().check().problems()).isEmpty();
    }
    byte[] rest = sent(Optional.empty(), Optional.of(point));
    List<VerifiedStore> crashed = new ArrayList<>();
    ReadableByteChannel in = Channels.newChannel(new ByteArrayInputStream(rest));
    TransferProgress progress =
        done -> {
          if (crashed.isEmpty() && done > rest.length / 2) {
            crashed.add(copied("receiving"));
          }
        };
    UUID whole = there().receive("copy", in, progress).subvolume().id();
    holdsAll(whole);
    try (VerifiedStore copy = crashed.getFirst()) {
      assertThat(copy.store().transfers().kept()).containsExactly(point);
      goesOn(copy, rest);
    }
  }

  private static void goesOn(VerifiedStore copy, byte[] rest) throws Exception {
    assertThat(copy.store().check().problems()).isEmpty();
    Transfers transfers = copy.store().transfers();
    ReadableByteChannel in = Channels.newChannel(new ByteArrayInputStream(rest));
    UUID came = transfers.receive("copy", in, done -> {}).subvolume().id();
    assertThat(transfers.kept()).isEmpty();
    assertThat(copy.verify().findings()).isEmpty();
    assertThat(copy.store().check().problems()).isEmpty();
    copy.store().subvolumes().unlock(came, List.of(copy.machineKey()));
    FileSystemUser user = copy.user(came);
    same(user.read("/f2-19"), pattern(59, 5000), "the last file");
    user.fileSystem().close();
    copy.store().subvolumes().destroy(came);
    assertThat(copy.segmentFiles()).isEmpty();
  }

  /** As a process finds it that comes after one that died now. */
  private VerifiedStore copied(String name) throws IOException {
    Path to = temporary.resolve(name);
    LiveCopy.make(temporary.resolve("there"), to);
    return new VerifiedStore(to);
  }

  /** Who does not ask for it keeps nothing. */
  @Test
  void withoutBeingAskedNothingIsKept() throws Exception {
    byte[] stream = sent(Optional.empty(), Optional.empty());
    byte[] half = Arrays.copyOf(stream, stream.length / 2);
    assertThatThrownBy(() -> pair.receive("copy", half)).isInstanceOf(DamagedException.class);
    assertThat(kept()).isEmpty();
    pair.assertNothingLeft();
  }
}
