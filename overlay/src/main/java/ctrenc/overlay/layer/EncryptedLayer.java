package ctrenc.overlay.layer;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.Entropy;
import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.extent.SyncExpectation;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.UUID;

/**
 * A layer whose records and extents are sealed under its own key: the upper of a stack, or, frozen,
 * one of its lowers. Thread-safe. Closing it closes its extent store and wipes what was derived
 * from the key; the key itself stays the caller's.
 */
public final class EncryptedLayer implements UpperLayer {

  private final LayerTable table;
  private final LayerSurvey survey;
  private final InodeNumbers numbers;
  private final LayerExtents extents;
  private final StateRoot state;

  private EncryptedLayer(
      LayerTable table, StateRoot state, InodeNumbers numbers, LayerExtents extents) {
    this.table = table;
    this.survey = new LayerSurvey(table);
    this.state = state;
    this.numbers = numbers;
    this.extents = extents;
  }

  /**
   * Opens a layer; one without records is new.
   *
   * @param key stays the caller's, who closes it after the layer
   * @param extents is closed with the layer, also when this fails
   * @param floor the ceiling of the stack under it: its inodes are numbered from here
   */
  public static EncryptedLayer open(
      LayerPlace place, LayerKey key, ExtentStore extents, Entropy entropy, long floor)
      throws IOException {
    RecordSessions sessions = new RecordSessions(place.meta(), place.number(), key, entropy);
    SealedForm form = new SealedForm(key, sessions);
    StateRoot state = new StateRoot(place, key, form);
    LayerTable table = new LayerTable(place, key.layer(), form, Optional.of(state));
    try {
      InodeNumbers numbers = InodeNumbers.open(table, floor);
      state.check();
      return new EncryptedLayer(table, state, numbers, new LayerExtents(extents, key.layer()));
    } catch (IOException | RuntimeException e) {
      table.close();
      extents.close();
      throw e;
    }
  }

  @Override
  public UUID id() {
    return table.id();
  }

  @Override
  public long inodeCeiling() {
    return numbers.ceiling();
  }

  @Override
  public Optional<InodeRecord> inode(long inode) throws IOException {
    return table.inode(inode);
  }

  @Override
  public Optional<long[]> inodes(int most) throws IOException {
    return survey.inodes(most);
  }

  /** The numbers of the first {@code most} inodes with a record from {@code first} on, in order. */
  public long[] inodesFrom(long first, int most) throws IOException {
    return table.inodesFrom(first, most);
  }

  @Override
  public Optional<EntryFilter> entryFilter(int most) throws IOException {
    return survey.entryFilter(most);
  }

  @Override
  public Optional<DirectoryEntry> entry(long parent, Name name) throws IOException {
    return table.entry(parent, name);
  }

  @Override
  public void entries(long parent, EntryVisitor visitor) throws IOException {
    table.entries(parent, visitor);
  }

  @Override
  public Optional<FileRun> run(long inode, long offset) throws IOException {
    Optional<InodeRecord> found = table.inode(inode);
    if (found.isPresent()
        && found.get().body() instanceof InodeRecord.Body.Small(byte[] data)
        && offset < data.length) {
      return Optional.of(new FileRun.Inline(inode, data.length));
    }
    return table.run(inode, offset);
  }

  @Override
  public void read(FileRun run, long skip, MemorySegment target) throws IOException {
    switch (run) {
      case FileRun.Data(long offset, ExtentReference reference) ->
          extents.store().read(reference, Math.toIntExact(skip), target);
      case FileRun.Hole hole -> target.fill((byte) 0);
      case FileRun.Inline(long inode, long length) -> readSmall(inode, skip, target);
      case FileRun.HostFile hostFile ->
          throw new IllegalArgumentException("an encrypted layer has no host files: " + hostFile);
    }
  }

  private void readSmall(long inode, long skip, MemorySegment target) throws IOException {
    Optional<InodeRecord> found = table.inode(inode);
    if (found.isEmpty()
        || !(found.get().body() instanceof InodeRecord.Body.Small(byte[] data))
        || skip + target.byteSize() > data.length) {
      throw new IllegalStateException("the caller let inode " + inode + " change under a read");
    }
    int size = Math.toIntExact(target.byteSize());
    MemorySegment.copy(data, Math.toIntExact(skip), target, ValueLayout.JAVA_BYTE, 0, size);
  }

  @Override
  public void numberFrom(long floor) throws IOException {
    numbers.startAt(floor);
  }

  /**
   * Prepares a layer without records for inodes of other layers: they may have any number below
   * {@code ceiling}.
   */
  public void numberBelow(long ceiling) throws IOException {
    numbers.endAt(ceiling);
  }

  @Override
  public long allocateInode() {
    long inode = numbers.allocate();
    table.cacheNew(inode);
    return inode;
  }

  @Override
  public ExtentReference append(byte[] plain, int offset, int length) throws IOException {
    return extents.append(plain, offset, length);
  }

  @Override
  public LayerBatch batch() {
    return new TableBatch(table, numbers, extents);
  }

  @Override
  public SyncExpectation expectSync() {
    return extents.store().expectSync();
  }

  @Override
  public void sync() throws IOException {
    // The log first: its sync makes the filesystem below commit its journal, and with that the new
    // lengths of segment files. Should power be lost between the two, the layer goes back to before
    // the first record without bytes, and nobody was told otherwise yet.
    table.meta().sync();
    extents.store().sync();
  }

  @Override
  public void giveBack() throws IOException {
    extents.store().giveBack();
  }

  @Override
  public void orphans(OrphanVisitor visitor) throws IOException {
    table.orphans(visitor);
  }

  @Override
  public long storedBytes() throws IOException {
    return extents.store().storedBytes();
  }

  /** Goes on with opening all there is, by about {@code budget} bytes; false at the end. */
  public boolean openSome(SealScrub scrub, long budget) throws IOException {
    return scrub.step(table, extents.store(), budget);
  }

  /** What it remembers of HEADs. */
  public LayerHeads heads() {
    return new LayerHeads(table, state);
  }

  /** For {@link #sumSome}. */
  public StateScrub stateScrub() throws IOException {
    return new StateScrub(table.meta(), table.layer());
  }

  /** Goes on with holding all records against the state root; false at the end. */
  public boolean sumSome(StateScrub scrub, long budget) throws IOException {
    return scrub.step(state, budget);
  }

  @Override
  public void names(NameVisitor visitor) throws IOException {
    table.names(visitor);
  }

  /** How many runs of this layer lie in each extent; reads every reference. */
  public Map<Long, Long> extentReferences() throws IOException {
    return RunScan.references(table);
  }

  /** The inodes that refer to some extents by references that {@link ExtentOwners} cannot read. */
  public Map<Long, SortedSet<Long>> sealedOwners(Set<Long> of) throws IOException {
    return RunScan.sealedOwners(table, of);
  }

  /**
   * Puts records in the place of those that are damaged or gone, if the key says that they are what
   * was written there last. The layer does not grow.
   */
  public void exchange(List<SealedRecord> others) throws IOException {
    new RecordExchange(table, state).run(others);
  }

  @Override
  public void close() throws IOException {
    try {
      extents.store().close();
    } finally {
      table.close();
    }
  }
}
