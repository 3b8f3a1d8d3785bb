package ctrenc.overlay.export;

import ctrenc.overlay.layer.RecordShape;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.storage.FormatTooOldException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The records of a layer that does not grow, by the objects that they are of. Not thread-safe.
 *
 * @param number of the layer in its store
 * @param isSealed those of a layer of an image are not: they only tell where objects lie
 */
public record LayerObjects(MetaReader meta, long number, UUID id, boolean isSealed) {

  private static final int LAYER_NUMBER = Long.BYTES;

  /** Takes the entries of a layer. */
  interface EntryVisitor {
    void entry(Entry entry) throws IOException;
  }

  /**
   * An entry of a directory.
   *
   * @param child 0 of a whiteout
   * @param type of the file that it leads to, as in {@link RecordShape}
   * @param key the logical one
   * @param value as it is sealed
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
  record Entry(long parent, long child, int type, byte[] key, byte[] value) {

    boolean isDirectory() {
      return type == RecordShape.DIRECTORY;
    }
  }

  void entries(EntryVisitor visitor) throws IOException {
    visit(RecordShape.first(number), RecordShape.first(number + 1), visitor);
  }

  /** Those of one directory. */
  void entriesOf(long directory, EntryVisitor visitor) throws IOException {
    byte[] from = RecordShape.inodeKey(number, directory);
    visit(from, RecordShape.inodeKey(number, directory + 1), visitor);
  }

  private void visit(byte[] from, byte[] to, EntryVisitor visitor) throws IOException {
    try (MetaCursor cursor = meta.scan(RecordTable.ENTRY.table(), from, to)) {
      while (cursor.next()) {
        visitor.entry(entry(logical(cursor.key()), cursor.value()));
      }
    }
  }

  /** The entry of a logical key. */
  Optional<Entry> entry(byte[] key) throws IOException {
    return find(RecordTable.ENTRY, key).map(stored -> entry(key, stored.value()));
  }

  private static Entry entry(byte[] key, byte[] value) {
    long parent = ByteBuffer.wrap(key).getLong();
    return new Entry(parent, RecordShape.child(value), RecordShape.childType(value), key, value);
  }

  /** Takes inodes. */
  interface InodeVisitor {
    void inode(long inode) throws IOException;
  }

  /** Visits the inodes that the layer has a record of in a table, by ascending numbers. */
  void inodes(RecordTable table, InodeVisitor visitor) throws IOException {
    try (MetaCursor cursor = table.scan(meta, number)) {
      while (cursor.next()) {
        visitor.inode(RecordShape.owner(cursor.key()));
      }
    }
  }

  /** The records that are of no object: sessions, and the first inode number that is free. */
  List<ObjectRecords.Stored> own() throws IOException {
    List<ObjectRecords.Stored> own = new ArrayList<>();
    try (MetaCursor cursor = RecordTable.LAYER.scan(meta, number)) {
      while (cursor.next()) {
        if (RecordTable.LAYER.travels(cursor.key())) {
          own.add(stored(RecordTable.LAYER, cursor));
        }
      }
    }
    return own;
  }

  Optional<ObjectRecords.Stored> find(RecordTable table, byte[] logicalKey) throws IOException {
    return meta.get(table.table(), RecordShape.keyIn(number, logicalKey))
        .map(value -> new ObjectRecords.Stored(table, logicalKey, value));
  }

  /** What seals the attributes of an inode. */
  Optional<ObjectRecords.Stored> record(long inode) throws IOException {
    return find(RecordTable.INODE, logical(RecordShape.inodeKey(number, inode)));
  }

  /** What there is of an inode but its names and references. */
  List<ObjectRecords.Stored> ofInode(long inode) throws IOException {
    byte[] key = logical(RecordShape.inodeKey(number, inode));
    List<ObjectRecords.Stored> found = new ArrayList<>();
    record(inode).ifPresent(found::add);
    find(RecordTable.ORPHAN, key).ifPresent(found::add);
    return found;
  }

  List<ObjectRecords.Stored> references(long inode) throws IOException {
    List<ObjectRecords.Stored> found = new ArrayList<>();
    byte[] from = RecordShape.inodeKey(number, inode);
    byte[] to = RecordShape.inodeKey(number, inode + 1);
    try (MetaCursor cursor = meta.scan(RecordTable.REFERENCE.table(), from, to)) {
      while (cursor.next()) {
        found.add(stored(RecordTable.REFERENCE, cursor));
      }
    }
    return found;
  }

  /**
   * The extents that references lead to.
   *
   * @throws FormatTooOldException if one is from before references told that without a key
   */
  static Set<Long> extents(List<ObjectRecords.Stored> references) throws IOException {
    Set<Long> extents = new TreeSet<>();
    for (ObjectRecords.Stored reference : references) {
      OptionalLong extent = RecordShape.extentOf(reference.value());
      if (extent.isEmpty()) {
        throw new FormatTooOldException(
            "The root was written by an earlier release, whose files cannot be told apart without"
                + " keys: 'ctr-enc flatten' it first, or use 'ctr-enc send'.");
      }
      if (extent.getAsLong() != 0) {
        extents.add(extent.getAsLong());
      }
    }
    return extents;
  }

  /**
   * How many records and extents the layer has of objects that a backup holds: what it says of the
   * layer as a whole.
   */
  LayerSummary summary(ObjectTree tree) throws IOException {
    Counting counting = new Counting();
    entries(entry -> counting.records++);
    inodes(RecordTable.INODE, inode -> counting.records++);
    inodes(RecordTable.ORPHAN, inode -> counting.records += tree.contains(inode) ? 1 : 0);
    try (MetaCursor cursor = RecordTable.REFERENCE.scan(meta, number)) {
      while (cursor.next()) {
        if (tree.contains(RecordShape.owner(cursor.key()))) {
          counting.reference(stored(RecordTable.REFERENCE, cursor), cursor.key());
        }
      }
    }
    return new LayerSummary(id, counting.records, counting.extents, own());
  }

  /** Counts the extents of each file once. */
  private static final class Counting {
    private final Set<Long> ofFile = new HashSet<>();
    private long file;
    private long records;
    private long extents;

    void reference(ObjectRecords.Stored reference, byte[] key) throws IOException {
      long owner = RecordShape.owner(key);
      if (owner != file) {
        file = owner;
        ofFile.clear();
      }
      records++;
      for (long extent : LayerObjects.extents(List.of(reference))) {
        extents += ofFile.add(extent) ? 1 : 0;
      }
    }
  }

  /**
   * @throws FormatTooOldException if the layer's first file is from before references told their
   *     extents without a key
   */
  void requireApart() throws IOException {
    try (MetaCursor cursor = RecordTable.REFERENCE.scan(meta, number)) {
      if (cursor.next()) {
        extents(List.of(stored(RecordTable.REFERENCE, cursor)));
      }
    }
  }

  private static ObjectRecords.Stored stored(RecordTable table, MetaCursor cursor) {
    return new ObjectRecords.Stored(table, logical(cursor.key()), cursor.value());
  }

  static byte[] logical(byte[] key) {
    return Arrays.copyOfRange(key, LAYER_NUMBER, key.length);
  }
}
