package ctrenc.overlay.layer;

import ctrenc.overlay.layer.RecordCache.EntryKey;
import ctrenc.overlay.layer.RecordCache.InodeKey;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.UnreadableException;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The records of one layer in the metadata store: reading goes through the cache, and what a {@link
 * RecordWriter} committed is brought into the cache by {@code cached...}. Thread-safe; no guard is
 * held over reads of the store.
 */
final class LayerTable implements AutoCloseable {

  private static final int SEQUENTIAL_READ = 64;

  private final MetaStore meta;
  private final long layer;
  private final UUID id;
  private final RecordForm form;
  private final RecordCache cache;
  private final RecordReader reader;
  private final Optional<StateRoot> state;
  private final AtomicLong changes = new AtomicLong();
  private volatile long lastMiss = -1;

  /** Of a plain layer. */
  LayerTable(LayerPlace place, UUID id, RecordForm form) {
    this(place, id, form, Optional.empty());
  }

  /**
   * @param state is closed with the table
   */
  LayerTable(LayerPlace place, UUID id, RecordForm form, Optional<StateRoot> state) {
    this.state = state;
    this.meta = place.meta();
    this.layer = place.number();
    this.cache = place.cache();
    this.id = id;
    this.form = form;
    this.reader = new RecordReader(id, form, place.audit());
  }

  MetaStore meta() {
    return meta;
  }

  long layer() {
    return layer;
  }

  UUID id() {
    return id;
  }

  RecordForm form() {
    return form;
  }

  /** A writer into {@code batch}. */
  RecordWriter writer(MetaBatch batch) {
    return new RecordWriter(layer, form, batch, state.map(StateRoot::edit));
  }

  /** Commits what a writer wrote into {@code batch}, with the layer's state root. */
  void commit(MetaBatch batch, RecordWriter written) throws IOException {
    if (state.isPresent() && written.state().isPresent()) {
      state.get().commit(batch, written.state().get());
    } else {
      meta.commit(batch);
    }
    changes.incrementAndGet();
  }

  /** How many times the records have changed since the layer was opened. */
  long changes() {
    return changes.get();
  }

  /** Whether it is known, without a look into the store, that nothing is stored of an inode. */
  boolean isKnownAbsent(long inode) {
    Optional<InodeRecord> cached = cache.inodes().get(new InodeKey(layer, inode));
    return cached != null && cached.isEmpty();
  }

  /** The same of an entry. */
  boolean isKnownAbsent(long parent, Name name) {
    Optional<DirectoryEntry> cached = cache.entries().get(new EntryKey(layer, parent, name));
    return cached != null && cached.isEmpty();
  }

  Optional<InodeRecord> inode(long inode) throws IOException {
    InodeKey key = new InodeKey(layer, inode);
    Optional<InodeRecord> cached = cache.inodes().get(key);
    if (cached != null) {
      return cached;
    }
    boolean sequential = inode == lastMiss + 1;
    lastMiss = inode;
    return sequential ? readSequence(key) : readOne(key);
  }

  /** The numbers of the first {@code most} inodes with a record from {@code first} on, in order. */
  long[] inodesFrom(long first, int most) throws IOException {
    long[] numbers = new long[most];
    int count = 0;
    byte[] end = RecordKeys.inode(layer, Long.MAX_VALUE);
    try (MetaCursor cursor = meta.scan(Table.INODE, RecordKeys.inode(layer, first), end)) {
      while (count < most && cursor.next()) {
        numbers[count++] = RecordKeys.inodeOf(cursor.key());
      }
    }
    return Arrays.copyOf(numbers, count);
  }

  private Optional<InodeRecord> readOne(InodeKey key) throws IOException {
    long ticket = cache.inodes().ticket(key);
    byte[] recordKey = RecordKeys.inode(layer, key.inode());
    Optional<byte[]> stored = meta.get(Table.INODE, recordKey);
    Optional<InodeRecord> found =
        stored.isEmpty() ? Optional.empty() : Optional.of(reader.inode(recordKey, stored.get()));
    cache.inodes().offer(key, found, ticket);
    return found;
  }

  /**
   * Children of a directory have neighbouring numbers: a listing with attributes reads them in one
   * scan.
   */
  private Optional<InodeRecord> readSequence(InodeKey first) throws IOException {
    Optional<InodeRecord> found = Optional.empty();
    long end = first.inode() + SEQUENTIAL_READ;
    List<InodeKey> keys = new ArrayList<>(SEQUENTIAL_READ);
    long[] tickets = new long[SEQUENTIAL_READ];
    for (int i = 0; i < SEQUENTIAL_READ; i++) {
      keys.add(new InodeKey(layer, first.inode() + i));
      tickets[i] = cache.inodes().ticket(keys.get(i));
    }
    try (MetaCursor cursor =
        meta.scan(
            Table.INODE, RecordKeys.inode(layer, first.inode()), RecordKeys.inode(layer, end))) {
      while (cursor.next()) {
        long inode = RecordKeys.inodeOf(cursor.key());
        Optional<InodeRecord> next = Optional.of(reader.inode(cursor.key(), cursor.value()));
        int index = (int) (inode - first.inode());
        cache.inodes().offer(keys.get(index), next, tickets[index]);
        lastMiss = inode;
        if (index == 0) {
          found = next;
        }
      }
    }
    if (found.isEmpty()) {
      cache.inodes().offer(first, found, tickets[0]);
    }
    return found;
  }

  Optional<DirectoryEntry> entry(long parent, Name name) throws IOException {
    EntryKey key = new EntryKey(layer, parent, name);
    Optional<DirectoryEntry> cached = cache.entries().get(key);
    if (cached != null) {
      return cached;
    }
    long ticket = cache.entries().ticket(key);
    byte[] recordKey = RecordKeys.entry(layer, parent, form.token(parent, name));
    Optional<byte[]> stored = meta.get(Table.ENTRY, recordKey);
    Optional<DirectoryEntry> found = Optional.empty();
    if (stored.isPresent()) {
      DirectoryEntry entry = reader.entry(recordKey, stored.get(), parent);
      if (!entry.name().equals(name)) {
        throw reader.reported(
            new DamagedException(
                "An entry of directory " + parent + " of layer " + id + " holds another name."));
      }
      found = Optional.of(entry);
    }
    cache.entries().offer(key, found, ticket);
    return found;
  }

  /** In the order of the keys: of the tokens in a sealed layer, of the names in a plain one. */
  void entries(long parent, Layer.EntryVisitor visitor) throws IOException {
    byte[] from = RecordKeys.directory(layer, parent);
    byte[] to = RecordKeys.directory(layer, parent + 1);
    try (MetaCursor cursor = meta.scan(Table.ENTRY, from, to)) {
      boolean more = true;
      while (more && cursor.next()) {
        more = visitor.visit(reader.entry(cursor.key(), cursor.value(), parent));
      }
    }
  }

  /** Offers the entries of all directories, but those that cannot be read. */
  void names(Layer.NameVisitor visitor) throws IOException {
    byte[] from = RecordKeys.layer(layer);
    try (MetaCursor cursor = meta.scan(Table.ENTRY, from, RecordKeys.layer(layer + 1))) {
      while (cursor.next()) {
        try {
          visitor.visit(RecordShape.owner(cursor.key()), readEntry(cursor.key(), cursor.value()));
        } catch (UnreadableException e) {
          // The reader has reported it; the other names are known all the same.
          continue;
        }
      }
    }
  }

  /** The stored run that covers {@code offset} or begins first after it. */
  Optional<FileRun> run(long inode, long offset) throws IOException {
    return switch (knownRuns(inode)) {
      case KnownRuns.All(RunList list) -> list.at(offset);
      case KnownRuns.TooMany many ->
          scanRuns(inode, offset, Long.MAX_VALUE, 1).stream().findFirst();
    };
  }

  /** The stored runs that overlap a range, by offset. */
  List<FileRun> runs(long inode, long from, long to) throws IOException {
    return switch (knownRuns(inode)) {
      case KnownRuns.All(RunList list) -> list.overlapping(from, to);
      case KnownRuns.TooMany many -> scanRuns(inode, from, to, Integer.MAX_VALUE);
    };
  }

  private KnownRuns knownRuns(long inode) throws IOException {
    InodeKey key = new InodeKey(layer, inode);
    KnownRuns known = cache.runs().get(key);
    return switch (known) {
      case null -> readRuns(key, KnownRuns.TooMany.FEW, KnownRuns.TooMany.soFar());
      case KnownRuns.All all -> all;
      case KnownRuns.TooMany many ->
          many.isWorthReading() ? readRuns(key, RunList.LIMIT, KnownRuns.TooMany.forGood()) : many;
    };
  }

  /** Reads all runs of a file, unless they are more than {@code most}. */
  private KnownRuns readRuns(InodeKey key, int most, KnownRuns.TooMany otherwise)
      throws IOException {
    long ticket = cache.runs().ticket(key);
    List<FileRun> read = scanRuns(key.inode(), 0, Long.MAX_VALUE, most + 1);
    KnownRuns known = read.size() > most ? otherwise : new KnownRuns.All(RunList.of(read));
    cache.runs().offer(key, known, ticket);
    return known;
  }

  private List<FileRun> scanRuns(long inode, long from, long to, int most) throws IOException {
    if (from == Long.MAX_VALUE) {
      return List.of();
    }
    List<FileRun> runs = new ArrayList<>();
    byte[] first = RecordKeys.reference(layer, inode, from + 1);
    try (MetaCursor cursor =
        meta.scan(Table.REFERENCE, first, RecordKeys.inode(layer, inode + 1))) {
      while (runs.size() < most && cursor.next()) {
        FileRun run = reader.run(cursor.key(), cursor.value(), inode);
        if (run.offset() >= to) {
          break;
        }
        runs.add(run);
      }
    }
    return runs;
  }

  void orphans(UpperLayer.OrphanVisitor visitor) throws IOException {
    byte[] from = RecordKeys.layer(layer);
    try (MetaCursor cursor = meta.scan(Table.ORPHAN, from, RecordKeys.layer(layer + 1))) {
      while (cursor.next()) {
        visitor.visit(reader.orphan(cursor.key(), cursor.value()));
      }
    }
  }

  InodeRecord readInode(byte[] key, byte[] value) throws IOException {
    return reader.inode(key, value);
  }

  DirectoryEntry readEntry(byte[] key, byte[] value) throws IOException {
    return reader.entry(key, value, RecordShape.owner(key));
  }

  long readOrphan(byte[] key, byte[] value) throws IOException {
    return reader.orphan(key, value);
  }

  /** Reads a record of table REFERENCE. */
  FileRun readRun(byte[] key, byte[] value) throws IOException {
    return reader.run(key, value, RecordKeys.fileOf(key));
  }

  /** Reads a record of table LAYER. */
  Optional<byte[]> state(RecordType type, byte[] key, int version) throws IOException {
    Optional<byte[]> stored = meta.get(Table.LAYER, key);
    if (stored.isEmpty()) {
      return stored;
    }
    return Optional.of(reader.state(type, key, stored.get(), version));
  }

  /** To be called after the commit that wrote it; empty where it was removed. */
  void cacheInode(long inode, Optional<InodeRecord> now) {
    cache.inodes().put(new InodeKey(layer, inode), now);
  }

  /** To be called after the commit that wrote it; empty where it was removed. */
  void cacheEntry(long parent, Name name, Optional<DirectoryEntry> now) {
    cache.entries().put(new EntryKey(layer, parent, name), now);
  }

  /** To be called after the commit that changed a file's runs. */
  void cacheRuns(long inode, ExtentMapEdit edit) {
    InodeKey key = new InodeKey(layer, inode);
    KnownRuns before = cache.runs().get(key);
    if (before == null) {
      cache.runs().remove(key);
    } else {
      cache.runs().put(key, before.changed(edit.removedEnds(), edit.added()));
    }
  }

  /** Of a number that was never used: nothing is stored under it. */
  void cacheNew(long inode) {
    cacheInode(inode, Optional.empty());
    cache.runs().put(new InodeKey(layer, inode), new KnownRuns.All(RunList.EMPTY));
  }

  /** To be called when the stored records changed past this. */
  void forgetCached() {
    changes.incrementAndGet();
    cache.forgetLayer(layer);
  }

  @Override
  public void close() {
    form.close();
    state.ifPresent(StateRoot::close);
    cache.forgetLayer(layer);
  }
}
