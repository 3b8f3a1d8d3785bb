package ctrenc.overlay.export;

import ctrenc.overlay.layer.RecordShape;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.storage.FormatTooOldException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
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

  /** Takes the entries of a layer: the directory, what it leads to, and the logical key. */
  interface EntryVisitor {

    /**
     * @param child 0 of a whiteout
     */
    void entry(long parent, long child, byte[] key) throws IOException;
  }

  void entries(EntryVisitor visitor) throws IOException {
    try (MetaCursor cursor = RecordTable.ENTRY.scan(meta, number)) {
      while (cursor.next()) {
        byte[] key = cursor.key();
        visitor.entry(RecordShape.owner(key), RecordShape.child(cursor.value()), logical(key));
      }
    }
  }

  /** The inodes that the layer has a record of. */
  Set<Long> inodes() throws IOException {
    Set<Long> inodes = new TreeSet<>();
    try (MetaCursor cursor = RecordTable.INODE.scan(meta, number)) {
      while (cursor.next()) {
        inodes.add(RecordShape.owner(cursor.key()));
      }
    }
    return inodes;
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

  /** What there is of an inode but its names and references. */
  List<ObjectRecords.Stored> ofInode(long inode) throws IOException {
    byte[] key = logical(RecordShape.inodeKey(number, inode));
    List<ObjectRecords.Stored> found = new ArrayList<>();
    find(RecordTable.INODE, key).ifPresent(found::add);
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

  private static ObjectRecords.Stored stored(RecordTable table, MetaCursor cursor) {
    return new ObjectRecords.Stored(table, logical(cursor.key()), cursor.value());
  }

  static byte[] logical(byte[] key) {
    return Arrays.copyOfRange(key, LAYER_NUMBER, key.length);
  }
}
