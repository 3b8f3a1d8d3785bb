package ctrenc.overlay.union;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.layer.DirectoryEntry;
import ctrenc.overlay.layer.EntryFilter;
import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.LayerBatch;
import ctrenc.overlay.layer.UpperLayer;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** An upper that counts what it is asked for, and fails on demand. */
final class FaultyUpper implements UpperLayer {

  private static final Supplier<IOException> SOUND = () -> new IOException("never thrown");

  private final UpperLayer upper;
  private final AtomicLong appended = new AtomicLong();
  private final AtomicInteger appends = new AtomicInteger();
  private final AtomicInteger batches = new AtomicInteger();
  private volatile Runnable beforeAppend = () -> {};
  private volatile Supplier<IOException> appending = SOUND;
  private volatile Supplier<IOException> reading = SOUND;
  private volatile Supplier<IOException> committing = SOUND;

  FaultyUpper(UpperLayer upper) {
    this.upper = upper;
  }

  /** Runs {@code step} in each thread that is about to append. */
  void beforeAppends(Runnable step) {
    beforeAppend = step;
  }

  void failAppends(Supplier<IOException> failure) {
    appending = failure;
  }

  void failReads(Supplier<IOException> failure) {
    reading = failure;
  }

  void failCommits(Supplier<IOException> failure) {
    committing = failure;
  }

  void heal() {
    committing = SOUND;
    appending = SOUND;
    reading = SOUND;
  }

  long appendedBytes() {
    return appended.get();
  }

  int appends() {
    return appends.get();
  }

  int batches() {
    return batches.get();
  }

  private static void check(Supplier<IOException> fault) throws IOException {
    if (fault != SOUND) {
      throw fault.get();
    }
  }

  @Override
  public ExtentReference append(byte[] plain, int offset, int length) throws IOException {
    beforeAppend.run();
    check(appending);
    appended.addAndGet(length);
    appends.incrementAndGet();
    return upper.append(plain, offset, length);
  }

  @Override
  public void read(FileRun run, long skip, MemorySegment target) throws IOException {
    check(reading);
    upper.read(run, skip, target);
  }

  @Override
  public LayerBatch batch() {
    return new FaultyBatch(
        upper.batch(),
        () -> {
          check(committing);
          batches.incrementAndGet();
        });
  }

  @Override
  public void numberFrom(long floor) throws IOException {
    upper.numberFrom(floor);
  }

  @Override
  public UUID id() {
    return upper.id();
  }

  @Override
  public long inodeCeiling() {
    return upper.inodeCeiling();
  }

  @Override
  public Optional<InodeRecord> inode(long inode) throws IOException {
    return upper.inode(inode);
  }

  @Override
  public Optional<long[]> inodes(int most) throws IOException {
    return upper.inodes(most);
  }

  @Override
  public Optional<EntryFilter> entryFilter(int most) throws IOException {
    return upper.entryFilter(most);
  }

  @Override
  public Optional<DirectoryEntry> entry(long parent, Name name) throws IOException {
    return upper.entry(parent, name);
  }

  @Override
  public void entries(long parent, EntryVisitor visitor) throws IOException {
    upper.entries(parent, visitor);
  }

  @Override
  public Optional<FileRun> run(long inode, long offset) throws IOException {
    return upper.run(inode, offset);
  }

  @Override
  public long allocateInode() {
    return upper.allocateInode();
  }

  @Override
  public void sync() throws IOException {
    upper.sync();
  }

  @Override
  public void orphans(OrphanVisitor visitor) throws IOException {
    upper.orphans(visitor);
  }

  @Override
  public long storedBytes() throws IOException {
    return upper.storedBytes();
  }

  @Override
  public void close() throws IOException {
    upper.close();
  }
}
