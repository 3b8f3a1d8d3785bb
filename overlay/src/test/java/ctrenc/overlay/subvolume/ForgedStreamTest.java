package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Streams whose frames were changed, and whose checksums were made to fit. What does not fit
 * together is refused without keys, and leaves nothing; what is sealed is found with them.
 */
@Timeout(300)
class ForgedStreamTest {

  private static final int INODES = 2;
  private static final int ENTRIES = 3;

  /** Where an extent's frame has its id: behind its references, in the header of the envelope. */
  private static final int EXTENT_NUMBER = Long.BYTES + 24;

  @TempDir Path temporary;
  private StorePair pair;
  private byte[] stream;
  private ForgedStream forged;

  @BeforeEach
  void open() throws Exception {
    pair = new StorePair(temporary);
    stream = pair.send(pair.freeze(pair.here().lockedRoot(), "sent"), Optional.empty());
    forged = new ForgedStream(stream);
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  private UUID received(byte[] bytes) throws IOException {
    return pair.receive("copy", bytes).subvolume().id();
  }

  private void assertRefused(String why) throws IOException {
    byte[] bytes = forged.counted().bytes();
    assertThatThrownBy(() -> received(bytes))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining(why);
    pair.assertNothingLeft();
  }

  private int nth(int kind, int n) {
    return forged.all(kind).get(n);
  }

  /** The frame that has records of this table. */
  private int recordsOf(int table) {
    return forged.all(ForgedStream.RECORDS).stream()
        .filter(i -> forged.frames().get(i).payload()[0] == table)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void putTogetherAnewItIsTheSameStream() {
    assertThat(forged.counted().bytes()).isEqualTo(stream);
  }

  /** A stream of another root, whose one layer has an extent for each of two files. */
  private byte[] ofTwoFiles() throws Exception {
    UUID root = pair.here().create("two");
    FileSystemUser writer = pair.here().user(root);
    writer.put("/d", pattern(1, 5000));
    writer.put("/e", pattern(2, 5000));
    writer.fileSystem().close();
    pair.here().store().subvolumes().lock(root);
    return pair.send(pair.freeze(root, "sent"), Optional.empty());
  }

  @Test
  void extentThatIsGoneTwiceOrEarlyIsRefused() throws Exception {
    forged = new ForgedStream(ofTwoFiles());
    int first = nth(ForgedStream.EXTENT, 0);
    ForgedStream.Frame frame = forged.frames().remove(first);
    assertRefused("which is nowhere");
    forged.frames().add(first, frame);
    forged.frames().add(first, frame);
    assertRefused("is damaged, or of another one");
    forged.frames().remove(first);
    Collections.swap(forged.frames(), first, first + 1);
    assertRefused("is damaged, or of another one");
  }

  @Test
  void extentOfAnotherLayerIsRefused() throws Exception {
    ForgedStream.Frame last = forged.frames().get(forged.all(ForgedStream.EXTENT).getLast());
    forged.frames().set(nth(ForgedStream.EXTENT, 0), last);
    assertRefused("is damaged, or of another one");
  }

  /** What came does not grow, so that nothing is ever released by its count. */
  @Test
  void referencesThatAreCountedTooHighReleaseNothingAndAreFoundWithKeys() throws Exception {
    ForgedStream.Frame extent = forged.frames().get(nth(ForgedStream.EXTENT, 0));
    extent.fields().putLong(0, 7);
    byte[] bytes = forged.bytes();
    assertThat(Judged.of(pair, () -> received(bytes), "counted")).isEqualTo(Judged.FOUND);
    extent.fields().putLong(0, -1);
    assertRefused("is damaged, or of another one");
  }

  @Test
  void countsThatDoNotFitAreRefused() throws Exception {
    ForgedStream.Frame end = forged.frames().get(nth(ForgedStream.END_OF_LAYER, 0));
    end.fields().putLong(0, end.fields().getLong(0) + 1);
    byte[] bytes = forged.bytes();
    assertThatThrownBy(() -> received(bytes)).hasMessageContaining("counts more or less");
    pair.assertNothingLeft();
  }

  @Test
  void layersThatAreGoneTwiceEarlyOrForeignAreRefused() throws Exception {
    int begin = nth(ForgedStream.LAYER, 0);
    int end = nth(ForgedStream.END_OF_LAYER, 0) + 1;
    List<ForgedStream.Frame> layer = List.copyOf(forged.frames().subList(begin, end));
    forged.frames().subList(begin, end).clear();
    assertRefused("that is not the root's");
    forged.frames().addAll(forged.frames().size() - 1, layer);
    assertRefused("that is not the root's");
    forged = new ForgedStream(stream);
    forged.frames().addAll(forged.frames().size() - 1, layer);
    assertRefused("that is not the root's");
    forged.frames().get(begin).fields().putLong(0, 5);
    assertRefused("that is not the root's");
  }

  @Test
  void recordsOfNoTableOrOfTheStoreItselfAreRefused() throws Exception {
    ForgedStream.Frame records = forged.frames().get(recordsOf(INODES));
    records.payload()[0] = 9;
    assertRefused("unknown table");
    records.payload()[0] = ENTRIES;
    assertRefused("hold something that is none");
    // How a store keeps the extents of a layer is for no stream to say.
    byte[] state = {0x40, 0, 0, 0, 0, 0, 0, 0, 0};
    forged
        .frames()
        .set(
            forged.frames().indexOf(records),
            ForgedStream.records(1, List.of(new ForgedStream.Stored(state, new byte[60]))));
    assertRefused("hold something that is none");
  }

  @Test
  void recordsThatNeedWhatDidNotComeAreRefused() throws Exception {
    for (int table : new int[] {1, INODES}) {
      forged = new ForgedStream(stream);
      forged.frames().remove(recordsOf(table));
      assertRefused(table == 1 ? "a session that does not exist" : "nowhere");
    }
  }

  /** Who has no key cannot know that a name was there; the state root, which is sealed, tells. */
  @Test
  void nameThatWasTakenOutIsFoundWithKeysAlone() throws Exception {
    int at = recordsOf(ENTRIES);
    List<ForgedStream.Stored> entries =
        new ArrayList<>(ForgedStream.records(forged.frames().get(at)));
    entries.removeLast();
    forged.frames().set(at, ForgedStream.records(ENTRIES, entries));
    byte[] bytes = forged.counted().bytes();
    UUID taken = received(bytes);
    assertThat(pair.there().verify().findings()).isEmpty();
    pair.arrived(taken).fileSystem().close();
    assertThat(pair.there().verify().findings()).isNotEmpty();
  }

  /** The same of content whose every checksum was made to fit. */
  @Test
  void forgedContentIsNeverShownAndNamedWithKeys() throws Exception {
    for (int i : forged.all(ForgedStream.EXTENT)) {
      ForgedStream.Frame extent = forged.frames().get(i);
      extent.payload()[extent.payload().length - 20] ^= 4;
      ForgedStream.mend(extent);
    }
    UUID taken = received(forged.bytes());
    assertThat(pair.there().verify().findings()).isEmpty();
    FileSystemUser user = pair.arrived(taken);
    FileSystemUser.refused(Errno.EIO, () -> user.read("/d/file"));
    FileSystemUser.refused(Errno.EIO, () -> user.read("/other"));
    user.fileSystem().close();
    assertThat(pair.there().verify().findings().stream().map(ScrubFinding::file))
        .contains(Optional.of("/d/file"), Optional.of("/other"));
  }

  /** Extents of one layer under each other's numbers, which their headers do not seal. */
  @Test
  void exchangedContentIsNeverShown() throws Exception {
    forged = new ForgedStream(ofTwoFiles());
    int one = nth(ForgedStream.EXTENT, 0);
    int two = nth(ForgedStream.EXTENT, 1);
    long low = ForgedStream.header(forged.frames().get(one)).extent();
    long high = ForgedStream.header(forged.frames().get(two)).extent();
    forged.frames().get(one).fields().putLong(EXTENT_NUMBER, high);
    forged.frames().get(two).fields().putLong(EXTENT_NUMBER, low);
    Collections.swap(forged.frames(), one, two);
    forged.all(ForgedStream.EXTENT).forEach(i -> ForgedStream.mend(forged.frames().get(i)));
    UUID taken = received(forged.bytes());
    assertThat(pair.there().verify().findings()).isEmpty();
    FileSystemUser user = pair.arrived(taken);
    FileSystemUser.refused(Errno.EIO, () -> user.read("/d"));
    FileSystemUser.refused(Errno.EIO, () -> user.read("/e"));
    user.fileSystem().close();
  }
}
