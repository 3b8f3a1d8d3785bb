package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.meta.CountedMetaStore;
import ctrenc.overlay.meta.CountedMetaStore.Counts;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.storage.DiskCalls;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How much of the disk and of the records moving a root asks for: work, not time, so that a
 * regression shows on any machine. The root has large files for the calls by the MiB, and small
 * ones for those by the file.
 */
@Timeout(120)
class MoveWorkTest {

  private static final int LARGE = 4;
  private static final int MIB_EACH = 4;
  private static final int SMALL = 400;
  private static final int SMALL_LENGTH = 5000;
  private static final int FILES = LARGE + SMALL;
  private static final int EXTENTS = LARGE * MIB_EACH + SMALL;
  private static final int MIB = LARGE * MIB_EACH + SMALL * SMALL_LENGTH / (1 << 20) + 1;

  /** What is of the store and not of its files: headers, the catalog, the keys. */
  private static final int STRAY = 60;

  @TempDir Path temporary;
  private final SecretMemory memory = SecretMemory.plain();
  private Watched here;
  private Watched there;
  private UUID root;
  private UUID snapshot;

  /** A store, and what is counted of it. */
  private static final class Watched {
    final DiskCalls disk = new DiskCalls();
    final AtomicReference<CountedMetaStore> meta = new AtomicReference<>();
    final StoreDirectory store;

    Watched(Path directory, SecretMemory memory) throws IOException {
      Seams seams =
          new Seams(
              disk::over,
              inner -> {
                meta.set(new CountedMetaStore(inner));
                return meta.get();
              });
      store = StoreDirectory.watched(directory, memory, seams);
    }

    CountedMetaStore meta() {
      return meta.get();
    }
  }

  private static final class CountedOutput implements WritableByteChannel {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final WritableByteChannel inner = Channels.newChannel(bytes);
    int writes;

    @Override
    public int write(ByteBuffer source) throws IOException {
      writes++;
      return inner.write(source);
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void open() throws Exception {
    here = new Watched(temporary.resolve("here"), memory);
    there = new Watched(temporary.resolve("there"), memory);
    root = here.store.subvolumes().create("r", new Base.Empty(), List.of(key())).id();
    FileSystemUser user = new FileSystemUser(here.store.subvolumes().open(root));
    for (int i = 0; i < LARGE; i++) {
      user.put("/large" + i, pattern(i, MIB_EACH << 20));
    }
    for (int i = 0; i < SMALL; i++) {
      user.put("/small" + i, pattern(i, SMALL_LENGTH));
    }
    user.fileSystem().close();
    here.store.subvolumes().lock(root);
    snapshot = here.store.transfers().freeze(root, "s").id();
  }

  private MachineKeyProtector key() {
    return new MachineKeyProtector(Secret.take(memory, new byte[32]));
  }

  @AfterEach
  void close() throws IOException {
    here.store.close();
    there.store.close();
  }

  private static void begin(Watched store) {
    store.disk.forget();
    store.meta().take();
  }

  private CountedOutput sent(boolean isArchive) throws IOException {
    CountedOutput out = new CountedOutput();
    Transfers.Outgoing what = Transfers.Outgoing.whole(snapshot);
    if (isArchive) {
      here.store.transfers().backup(what, Pace.unlimited(), out, done -> {});
    } else {
      here.store.transfers().send(what, Pace.unlimited(), out, done -> {});
    }
    return out;
  }

  private static Counts counts(Watched store) {
    return store.meta().take();
  }

  private static void areAtMost(long found, long most, String what) {
    assertThat(found).as(what).isLessThanOrEqualTo(most + STRAY);
  }

  @Test
  void sendReadsEachExtentOnceAndEachRecordOnce() throws Exception {
    begin(here);
    CountedOutput out = sent(false);
    Counts counts = counts(here);
    areAtMost(here.disk.of("read"), EXTENTS, "reads of segment files");
    areAtMost(counts.gets(), EXTENTS, "lookups");
    areAtMost(counts.scanned(), 3 * FILES + EXTENTS, "records scanned");
    areAtMost(out.writes, MIB, "writes to the stream");
    assertNothingFlushed(here, counts);
  }

  @Test
  void backupReadsEachExtentOnce() throws Exception {
    begin(here);
    CountedOutput out = sent(true);
    Counts counts = counts(here);
    areAtMost(here.disk.of("read"), EXTENTS, "reads of segment files");
    areAtMost(counts.gets(), 4 * FILES, "lookups");
    areAtMost(counts.scans(), FILES, "scans");
    areAtMost(counts.scanned(), 8 * FILES + EXTENTS, "records scanned");
    areAtMost(out.writes, 2 * MIB, "writes to the archive");
    assertThat(here.disk.of("sync")).isZero();
    // That it was backed up is written down once.
    assertThat(counts.syncs()).isLessThanOrEqualTo(1);
  }

  @Test
  void receiveWritesAMebibyteAtOnceAndFlushesAFewTimes() throws Exception {
    byte[] stream = sent(false).bytes.toByteArray();
    begin(there);
    there
        .store
        .transfers()
        .receive("copy", Channels.newChannel(new ByteArrayInputStream(stream)), done -> {});
    Counts counts = counts(there);
    areAtMost(there.disk.of("write"), MIB, "writes to segment files");
    areAtMost(there.disk.of("read"), 0, "reads of segment files");
    areAtMost(counts.gets(), 4 * FILES, "lookups");
    areAtMost(counts.commits(), EXTENTS / 256, "batches");
    assertThat(there.disk.of("sync")).as("flushes of segment files").isLessThanOrEqualTo(4);
    assertThat(counts.syncs()).as("flushes of records").isLessThanOrEqualTo(4);
  }

  @Test
  void verificationReadsEachExtentOnceAndOpensItOnce() throws Exception {
    begin(here);
    verify();
    Counts locked = counts(here);
    areAtMost(here.disk.of("read"), EXTENTS, "reads without keys");
    areAtMost(locked.gets(), 4 * FILES, "lookups without keys");
    areAtMost(locked.scanned(), 3 * FILES + 2 * EXTENTS, "records scanned without keys");
    assertNothingFlushed(here, locked);
    here.store.subvolumes().unlock(root, List.of(key()));
    begin(here);
    verify();
    Counts unlocked = counts(here);
    // For its checksum as a whole; to open it, its header and its chunks.
    areAtMost(here.disk.of("read"), 3 * EXTENTS, "reads with keys");
    areAtMost(unlocked.gets(), 4 * FILES + EXTENTS, "lookups with keys");
    areAtMost(unlocked.scanned(), 11 * FILES + 2 * EXTENTS, "records scanned with keys");
  }

  private void verify() throws IOException {
    CollectedFindings told = new CollectedFindings();
    here.store.upkeep().verify(Optional.empty(), ScrubPosition.START, Pace.unlimited(), told);
    assertThat(told.findings()).isEmpty();
  }

  private static void assertNothingFlushed(Watched store, Counts counts) {
    assertThat(store.disk.of("sync") + store.disk.of("write")).isZero();
    assertThat(counts.syncs() + counts.commits()).isZero();
  }
}
