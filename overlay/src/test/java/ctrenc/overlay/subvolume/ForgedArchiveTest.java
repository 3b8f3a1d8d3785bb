package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.export.Restore;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatPreamble;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Archives with members that are foreign, there twice, of other backups, in any order, or changed
 * so that their checksums fit: refused, and nothing is left; or harmless; or found with the keys.
 */
@Timeout(300)
class ForgedArchiveTest {

  private static final Class<FormatTooNewException> NEWER = FormatTooNewException.class;
  private static final Restore.Wanted EVERYTHING = new Restore.Wanted(List.of(), false);

  @TempDir Path temporary;
  private StorePair pair;
  private UUID root;
  private byte[] archive;
  private List<TarEdit.Member> members;

  @BeforeEach
  void open() throws Exception {
    pair = new StorePair(temporary);
    root = pair.here().lockedRoot();
    archive = backup(root, "kept");
    members = TarEdit.members(archive);
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  private byte[] backup(UUID subvolume, String name) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    pair.here()
        .store()
        .transfers()
        .backup(
            Transfers.Outgoing.whole(pair.freeze(subvolume, name)),
            Pace.unlimited(),
            Channels.newChannel(out),
            done -> {});
    return out.toByteArray();
  }

  private UUID restored(byte[] changed) throws IOException {
    return pair.there()
        .store()
        .transfers()
        .restore("copy", StreamFrames.channel(changed), EVERYTHING, done -> {})
        .subvolume()
        .id();
  }

  private Judged judged(List<TarEdit.Member> changed, String what) throws Exception {
    byte[] bytes = TarEdit.archive(changed);
    return Judged.of(pair, () -> restored(bytes), what);
  }

  private List<TarEdit.Member> and(TarEdit.Member more) {
    List<TarEdit.Member> all = new ArrayList<>(members);
    all.add(more);
    return all;
  }

  private List<TarEdit.Member> but(int index, TarEdit.Member other) {
    List<TarEdit.Member> all = new ArrayList<>(members);
    all.set(index, other);
    return all;
  }

  @Test
  void membersOfAnotherRootAreRefused() throws Exception {
    for (TarEdit.Member foreign : TarEdit.members(backup(pair.here().variedRoot(), "other"))) {
      if (!isEmpty(foreign)) {
        assertThat(judged(and(foreign), foreign.name()))
            .as(foreign.name())
            .isEqualTo(Judged.REFUSED);
      }
    }
    TarEdit.Member file = new TarEdit.Member(new TarArchiveEntry("etc/passwd"), new byte[0]);
    assertThatThrownBy(() -> restored(TarEdit.archive(and(file))))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("etc/passwd");
    pair.assertNothingLeft();
  }

  /** A link, or a directory on the way to others, holds nothing that could be taken. */
  private static boolean isEmpty(TarEdit.Member member) {
    boolean hasRecords = member.entry().getExtraPaxHeader(ForgedMember.ATTRIBUTE) != null;
    return member.content().length == 0 && !hasRecords;
  }

  /** An object may be there twice, as copies of a file with several names are. */
  @Test
  void membersThatAreThereTwiceAreRefusedOrHarmless() throws Exception {
    for (TarEdit.Member member : members) {
      boolean isObject = member.name().startsWith("objects/");
      assertThat(judged(and(member), member.name()))
          .as(member.name())
          .isEqualTo(isObject ? Judged.SAME : Judged.REFUSED);
    }
    pair.assertNothingLeft();
  }

  /** An object begins with its version, which is judged before its checksum. */
  @Test
  void whatIsChangedOrCutIsRefusedByName() throws Exception {
    for (int i = 0; i < members.size(); i++) {
      byte[] held = members.get(i).content();
      if (held.length > 0) {
        boolean isObject = members.get(i).name().startsWith("objects/");
        refused(i, flipped(held, 0), isObject ? NEWER : DamagedException.class);
        refused(i, flipped(held, held.length - 1), DamagedException.class);
        refused(i, Arrays.copyOf(held, held.length / 2), DamagedException.class);
      }
      if (members.get(i).name().equals("backup")) {
        refused(i, flipped(held, FormatPreamble.FIELDS_OFFSET - 1), NEWER);
      }
    }
    pair.assertNothingLeft();
  }

  private static byte[] flipped(byte[] held, int at) {
    byte[] changed = held.clone();
    changed[at] ^= 16;
    return changed;
  }

  private void refused(int index, byte[] content, Class<? extends Throwable> type)
      throws IOException {
    TarEdit.Member member = TarEdit.members(archive).get(index);
    member.entry().setSize(content.length);
    byte[] changed = TarEdit.archive(but(index, member.with(content)));
    assertThatThrownBy(() -> restored(changed))
        .as(member.name())
        .isInstanceOf(type)
        .hasMessageContaining(member.name());
  }

  @Test
  void membersComeInAnyOrder() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("shuffled archives with seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 10; i++) {
      List<TarEdit.Member> shuffled = new ArrayList<>(members);
      Collections.shuffle(shuffled, random);
      assertThat(judged(shuffled, "seed " + seed)).isEqualTo(Judged.SAME);
    }
  }

  /** Older members among newer ones lack what the newer layer has, and the other way round. */
  @Test
  void membersOfAnEarlierOrLaterBackupAreRefusedOrTheSame() throws Exception {
    List<TarEdit.Member> later = later();
    int refused = 0;
    for (int i = 0; i < members.size(); i++) {
      TarEdit.Member mine = members.get(i);
      for (TarEdit.Member theirs : later) {
        if (theirs.name().equals(mine.name())) {
          Judged mixed = judged(but(i, theirs), "the later " + mine.name());
          assertThat(mixed).as(mine.name()).isIn(Judged.REFUSED, Judged.SAME);
          refused += mixed == Judged.REFUSED ? 1 : 0;
          assertOlderAmongLaterIsNotTaken(later, theirs, mine);
        }
      }
    }
    assertThat(refused).isGreaterThan(1);
    pair.assertNothingLeft();
  }

  /** What a backup holds that is made after some more was written. */
  private List<TarEdit.Member> later() throws Exception {
    pair.here().store().subvolumes().unlock(root, List.of(pair.here().machineKey()));
    FileSystemUser user = pair.here().user(root);
    user.put("/d/file", pattern(8, 4000));
    user.put("/late", "late");
    user.fileSystem().close();
    pair.here().store().subvolumes().lock(root);
    return TarEdit.members(backup(root, "later"));
  }

  /** What is taken is the later root, since what has the same records is the same object. */
  private void assertOlderAmongLaterIsNotTaken(
      List<TarEdit.Member> later, TarEdit.Member theirs, TarEdit.Member mine) throws Exception {
    List<TarEdit.Member> mixed = new ArrayList<>(later);
    mixed.set(later.indexOf(theirs), mine);
    try {
      UUID taken = restored(TarEdit.archive(mixed));
      FileSystemUser user = pair.arrived(taken);
      assertThat(user.text("/late")).isEqualTo("late");
      assertThat(user.read("/d/file")).isEqualTo(pattern(8, 4000));
      user.fileSystem().close();
      assertThat(pair.there().verify().findings()).as(mine.name()).isEmpty();
      pair.there().store().subvolumes().destroy(taken);
    } catch (DamagedException e) {
      assertThat(e).hasMessageContaining("archive");
    }
  }

  @Test
  void anyChangedBitWhoseChecksumsFitIsRefusedOrFoundOrHarmless() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("forged archives with seed " + seed);
    Random random = new Random(seed);
    Map<Judged, Integer> seen = new EnumMap<>(Judged.class);
    for (int i = 0; i < 120; i++) {
      int index = random.nextInt(members.size());
      TarEdit.Member member = ForgedMember.of(TarEdit.members(archive).get(index), random);
      String what = "%s, seed %d".formatted(member.name(), seed);
      seen.merge(judged(but(index, member), what), 1, Integer::sum);
    }
    System.out.println("forged archives: " + seen);
    assertThat(seen.keySet()).contains(Judged.REFUSED, Judged.FOUND);
    pair.assertNothingLeft();
  }
}
