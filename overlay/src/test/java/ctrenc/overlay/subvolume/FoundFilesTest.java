package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.segment.SegmentPlace;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is damaged is told once, with the file that it is of, the extent and where that lies. */
@Timeout(300)
class FoundFilesTest {

  private static final int SEGMENT_HEADER = 44;
  private static final int LENGTH = 5000;
  private static final int ENVELOPE = 5144;

  /** More than are gathered before they are told. */
  private static final int MANY = 1100;

  @TempDir Path temporary;
  private VerifiedStore verified;
  private UUID root;

  @BeforeEach
  void open() throws IOException {
    verified = new VerifiedStore(temporary);
    root = verified.create("r");
  }

  @AfterEach
  void close() throws IOException {
    verified.close();
  }

  private void lock() throws Exception {
    verified.user(root).fileSystem().close();
    verified.store().subvolumes().lock(root);
  }

  private void unlock() throws Exception {
    verified.store().subvolumes().unlock(root, List.of(verified.machineKey()));
  }

  private ScrubFinding only() throws IOException {
    List<ScrubFinding> findings = verified.verify().findings();
    assertThat(findings).hasSize(1);
    return findings.getFirst();
  }

  private void verifyRoot(CollectedFindings told) throws IOException {
    verified
        .store()
        .upkeep()
        .verify(Optional.of(root), ScrubPosition.START, Pace.unlimited(), told);
  }

  /** From nothing. */
  private void repairRoot(Repairs told) throws IOException {
    verified.store().upkeep().repair(Optional.of(root), InputStream.nullInputStream(), told);
  }

  /** Flips a bit in the bytes of the n-th extent of the one layer. */
  private void damage(int extent) throws IOException {
    assertThat(verified.segmentFiles()).hasSize(1);
    VerifiedStore.flip(
        verified.segmentFiles().getFirst(), SEGMENT_HEADER + extent * (long) ENVELOPE + 150);
  }

  @Test
  void inodeWithoutKeysAndPathWithThem() throws Exception {
    FileSystemUser user = verified.user(root);
    user.mkdir("/d");
    user.put("/first", pattern(1, LENGTH));
    user.put("/d/second", pattern(2, LENGTH));
    long inode = user.inode("/d/second");
    user.fileSystem().close();
    lock();
    damage(1);
    ScrubFinding locked = only();
    assertThat(locked.inode()).hasValue(inode);
    assertThat(locked.file()).isEmpty();
    assertThat(locked.extent()).isPresent();
    assertThat(locked.layer()).isPresent();
    assertThat(locked.place())
        .contains(new SegmentPlace(1, SEGMENT_HEADER + (long) ENVELOPE, ENVELOPE));
    assertThat(locked.others()).isZero();
    unlock();
    ScrubFinding unlocked = only();
    assertThat(unlocked).isEqualTo(locked.inFile("/d/second"));
  }

  @Test
  void manyAreToldOnceEach() throws Exception {
    FileSystemUser user = verified.user(root);
    Set<String> paths = new HashSet<>();
    for (int i = 0; i < MANY; i++) {
      user.put("/f" + i, pattern(i, LENGTH));
      paths.add("/f" + i);
    }
    user.fileSystem().close();
    lock();
    unlock();
    Files.delete(verified.segmentFiles().getFirst());
    List<ScrubFinding> findings = verified.verify().findings();
    assertThat(findings).hasSize(MANY);
    assertThat(findings.stream().flatMap(finding -> finding.file().stream()))
        .containsExactlyInAnyOrderElementsOf(paths);
  }

  /** A release before the extents of references were public wrote it. */
  @Test
  void sealedReferenceTellsItsInodeWithKeysAlone() throws Exception {
    try (InputStream sample =
        FoundFilesTest.class.getResourceAsStream("varied/references-1.stream")) {
      root =
          verified
              .store()
              .transfers()
              .receive("old", Channels.newChannel(sample), done -> {})
              .subvolume()
              .id();
    }
    damage(0);
    assertThat(only().inode()).isEmpty();
    assertThat(only().layer()).isPresent();
    unlock();
    assertThat(only().inode()).isPresent();
    assertThat(only().file()).isPresent();
  }

  @Test
  void extentOfSeveralFilesIsToldOnceForAll() throws Exception {
    FileSystemUser user = verified.user(root);
    user.put("/one", pattern(1, LENGTH));
    long from = user.inode("/one");
    user.fileSystem().fsync(from, user.open("/one", FileSystemUser.READ), false);
    for (String copy : List.of("/two", "/three")) {
      user.put(copy, "");
      long to = user.inode(copy);
      long read = user.open("/one", FileSystemUser.READ);
      long write = user.open(copy, FileSystemUser.WRITE);
      assertThat(user.fileSystem().copyFileRange(from, read, 0, to, write, 0, LENGTH))
          .isEqualTo(LENGTH);
      user.fileSystem().release(to, write);
      user.fileSystem().release(from, read);
    }
    user.fileSystem().close();
    lock();
    damage(0);
    unlock();
    ScrubFinding finding = only();
    assertThat(finding.file()).contains("/one");
    assertThat(finding.inode()).hasValue(from);
    assertThat(finding.others()).isEqualTo(2);
  }

  @Test
  void whatIsNestedIsVerifiedAndRepairedWithTheRoot() throws Exception {
    FileSystemUser user = verified.user(root);
    HiddenUser hidden = HiddenUser.root(user.fileSystem());
    hidden.mkdir("/.ctr-enc/subvolumes/a");
    user.mkdir("/a/d");
    hidden.mkdir("/a/d/.ctr-enc/subvolumes/b");
    user.put("/a/d/b/file", pattern(1, LENGTH));
    user.fileSystem().close();
    lock();
    damage(0);
    unlock();
    // Its key comes into memory when it is looked at.
    FileSystemUser open = verified.user(root);
    open.inode("/a/d/b/file");
    CollectedFindings found = new CollectedFindings();
    verifyRoot(found);
    assertThat(found.findings()).singleElement().isEqualTo(only());
    assertThat(only().file()).contains("/a/d/b/file");
    assertThat(found.bytes()).isEqualTo(ENVELOPE);
    Repairs repairs = new Repairs();
    assertThatThrownBy(() -> repairRoot(repairs)).isInstanceOf(DamagedException.class);
    assertThat(repairs.left()).containsExactly(only());
    open.fileSystem().close();
  }

  /** One that goes on tells what is left of the whole, and both together tell each finding. */
  @Test
  void positionIsNeverBehindWhatWasNotTold() throws Exception {
    FileSystemUser user = verified.user(root);
    for (int i = 0; i < 8; i++) {
      user.put("/f" + i, pattern(i, LENGTH));
    }
    user.fileSystem().close();
    lock();
    damage(3);
    CollectedFindings first = new CollectedFindings(5L * ENVELOPE);
    assertThatThrownBy(() -> verifyRoot(first)).isInstanceOf(InterruptedIOException.class);
    assertThat(first.findings()).isEmpty();
    long left = verified.store().upkeep().bytesToVerify(Optional.of(root), first.position());
    assertThat(left).isEqualTo(5L * ENVELOPE);
    CollectedFindings second = verified.verify(first.position());
    assertThat(second.bytes()).isEqualTo(left);
    assertThat(second.findings())
        .singleElement()
        .satisfies(one -> assertThat(one.inode()).isPresent());
  }
}
