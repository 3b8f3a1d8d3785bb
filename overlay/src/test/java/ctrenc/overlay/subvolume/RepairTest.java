package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happened to segment files, what a stream of the root has goes in its place. */
@Timeout(300)
class RepairTest {

  private static final int FILES = 10;
  private static final int LENGTH = 20_000;
  private static final int HEADER = 44;

  @TempDir Path temporary;
  private StorePair pair;
  private UUID root;
  private byte[] stream;
  private Path file;

  /** A locked root of one layer with an extent for each file, and a stream of it. */
  @BeforeEach
  void open() throws Exception {
    pair = new StorePair(temporary);
    root = pair.here().create("r");
    FileSystemUser user = pair.here().user(root);
    for (int i = 0; i < FILES; i++) {
      user.put("/f" + i, pattern(i, LENGTH));
    }
    user.fileSystem().close();
    pair.here().store().subvolumes().lock(root);
    stream = pair.send(pair.freeze(root, "sent"), Optional.empty());
    file = pair.here().segmentFiles().getFirst();
    assertThat(pair.here().segmentFiles()).hasSize(1);
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  private Repairs repair(byte[] source) throws IOException {
    Repairs repairs = new Repairs();
    repair(source, repairs);
    return repairs;
  }

  private void repair(byte[] source, Repairs repairs) throws IOException {
    pair.here()
        .store()
        .upkeep()
        .repair(Optional.empty(), new ByteArrayInputStream(source), repairs);
  }

  private void assertWhole() throws Exception {
    assertThat(pair.here().verify().findings()).isEmpty();
    assertThat(pair.here().store().check().problems()).isEmpty();
    pair.here().store().subvolumes().unlock(root, List.of(pair.here().machineKey()));
    FileSystemUser user = pair.here().user(root);
    for (int i = 0; i < FILES; i++) {
      same(user.read("/f" + i), pattern(i, LENGTH), "file " + i);
    }
    user.fileSystem().close();
    pair.here().store().subvolumes().lock(root);
  }

  private void assertAllRepaired() throws Exception {
    Repairs repairs = repair(stream);
    assertThat(repairs.left()).isEmpty();
    assertThat(repairs.repaired()).hasSize(FILES).allMatch(one -> one.extent().isPresent());
    assertWhole();
    pair.here().reopen();
    assertWhole();
  }

  @Test
  void missingSegmentFile() throws Exception {
    Files.delete(file);
    assertAllRepaired();
  }

  @Test
  void segmentFileThatIsCutWithinItsHeader() throws Exception {
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), HEADER / 2));
    assertAllRepaired();
  }

  @Test
  void segmentFileThatIsCutWithinAnExtent() throws Exception {
    byte[] sound = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(sound, sound.length * 3 / 4));
    Repairs repairs = repair(stream);
    assertThat(repairs.left()).isEmpty();
    assertThat(repairs.repaired()).hasSizeBetween(2, FILES / 2);
    assertThat(repairs.repaired()).extracting(ScrubFinding::kind).contains(Finding.Kind.MISSING);
    assertWhole();
  }

  /** Of the same layer, whole, and of the same length. */
  @Test
  void foreignExtentsInPlace() throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    int length = EnvelopeHeader.LENGTH + ByteBuffer.wrap(bytes).getInt(HEADER + 100);
    byte[] first = Arrays.copyOfRange(bytes, HEADER, HEADER + length);
    System.arraycopy(bytes, HEADER + length, bytes, HEADER, length);
    System.arraycopy(first, 0, bytes, HEADER + length, length);
    Files.write(file, bytes);
    assertThat(pair.here().verify().findings())
        .extracting(ScrubFinding::kind)
        .containsExactly(Finding.Kind.FOREIGN, Finding.Kind.FOREIGN);
    Repairs repairs = repair(stream);
    assertThat(repairs.left()).isEmpty();
    assertThat(repairs.repaired()).hasSize(2);
    assertWhole();
  }

  @Test
  void sourceThatIsCutRepairsWhatCameBefore() throws Exception {
    Files.delete(file);
    Repairs repairs = new Repairs();
    byte[] cut = Arrays.copyOf(stream, stream.length / 2);
    assertThatThrownBy(() -> repair(cut, repairs)).isInstanceOf(DamagedException.class);
    assertThat(repairs.repaired()).isNotEmpty();
    assertThat(repairs.left()).isNotEmpty();
    assertThat(repairs.repaired().size() + repairs.left().size()).isEqualTo(FILES);
    assertThat(repair(stream).repaired()).hasSameSizeAs(repairs.left());
    assertWhole();
  }

  /** What its own checksums call whole is not what the store's records call so. */
  @Test
  void sourceWhoseExtentsWereForgedIsNotTaken() throws Exception {
    ForgedStream forged = new ForgedStream(stream);
    for (int i : forged.all(ForgedStream.EXTENT)) {
      ForgedStream.Frame extent = forged.frames().get(i);
      extent.payload()[extent.payload().length - 1] ^= 1;
      ForgedStream.mend(extent);
    }
    Files.delete(file);
    Repairs repairs = repair(forged.bytes());
    assertThat(repairs.repaired()).isEmpty();
    assertThat(repairs.left()).hasSize(FILES);
    assertAllRepaired();
  }

  @Test
  void rootInUseReadsOnWithoutBeingOpenedAnew() throws Exception {
    pair.here().store().subvolumes().unlock(root, List.of(pair.here().machineKey()));
    FileSystemUser user = pair.here().user(root);
    int extent = EnvelopeHeader.LENGTH + LENGTH;
    VerifiedStore.flip(file, HEADER + extent + extent / 2);
    FileSystemUser.refused(Errno.EIO, () -> user.read("/f1"));
    long inode = user.inode("/f1");
    long handle = user.open("/f1", FileSystemUser.READ);
    List<Throwable> failures = new ArrayList<>();
    Thread writer = Thread.ofPlatform().start(() -> write(user, failures));
    Repairs repairs = repair(stream);
    writer.join();
    assertThat(failures).isEmpty();
    assertThat(repairs.left()).isEmpty();
    assertThat(repairs.repaired()).hasSize(1);
    same(user.read(inode, handle, 0, LENGTH), pattern(1, LENGTH), "what was open");
    user.close(inode, handle);
    user.fileSystem().close();
    pair.here().store().subvolumes().lock(root);
    assertWhole();
  }

  private static void write(FileSystemUser user, List<Throwable> failures) {
    try {
      for (int i = 0; i < 50; i++) {
        user.put("/new" + i % 5, pattern(i, 3000));
        user.fileSystem().sync();
      }
    } catch (Exception | AssertionError e) {
      failures.add(e);
    }
  }

  /** It says nothing that the place of the file does not say, so no source is needed. */
  @Test
  void headerOfASegmentFileIsWrittenAnew() throws Exception {
    byte[] sound = Files.readAllBytes(file);
    for (int i = 0; i < HEADER; i++) {
      VerifiedStore.flip(file, i);
      Repairs repairs = repair(new byte[0]);
      assertThat(repairs.left()).as("byte %d", i).isEmpty();
      assertThat(repairs.repaired()).as("byte %d", i).hasSize(1);
      assertThat(repairs.bytesRead()).isZero();
      assertThat(Files.readAllBytes(file)).isEqualTo(sound);
    }
    assertWhole();
  }

  /** A whole header of another file tells that the file is another one; its extents are judged. */
  @Test
  void wholeHeaderOfAnotherSegmentFileStays() throws Exception {
    UUID other = pair.here().create("other");
    pair.here().user(other).put("/x", pattern(9, LENGTH));
    pair.here().store().subvolumes().open(other).close();
    Path another =
        pair.here().segmentFiles().stream()
            .filter(one -> !one.equals(file))
            .findFirst()
            .orElseThrow();
    byte[] bytes = Files.readAllBytes(file);
    System.arraycopy(Files.readAllBytes(another), 0, bytes, 0, HEADER);
    Files.write(file, bytes);
    Repairs repairs = repair(stream);
    assertThat(repairs.repaired()).isEmpty();
    assertThat(repairs.left())
        .singleElement()
        .matches(one -> one.reason().contains("another layer"));
  }
}
