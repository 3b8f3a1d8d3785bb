package ctrenc.overlay.export;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;

/**
 * What a stream says of an earlier snapshot that comes with the one that it is of.
 *
 * <pre>
 * version 1 (1) | what it is of (4) | what it is part of (4) | inode of the directory there (8) | place (4) | description bytes
 * </pre>
 *
 * @param of 0 for the root, n for the nth that is nested in it, as the stream has them
 * @param partOf 0 for one of the root, n for the nth earlier snapshot, as the stream has them
 * @param anchor the directory that it hangs at, by its inode number in what it is part of; 0 for
 *     one of the root
 * @param place its own in the tree of the root; 0 for the root's
 */
public record SnapshotDescription(
    int of, int partOf, long anchor, int place, RootDescription snapshot) {

  private static final int VERSION = 1;

  /** Of the root itself. */
  public static SnapshotDescription ofRoot(RootDescription snapshot) {
    return new SnapshotDescription(0, 0, 0, 0, snapshot);
  }

  byte[] encode() {
    return new FieldWriter(512)
        .putByte(VERSION)
        .putInt(of)
        .putInt(partOf)
        .putLong(anchor)
        .putInt(place)
        .putBlock(snapshot.encode())
        .toBytes();
  }

  static SnapshotDescription decode(byte[] payload) throws DamagedException, FormatTooNewException {
    FieldReader in = new FieldReader(payload, "description of a snapshot in the stream");
    in.version(VERSION);
    int of = in.getInt();
    int partOf = in.getInt();
    long anchor = in.getSize();
    int place = in.getInt();
    RootDescription snapshot = RootDescription.decode(in.getBlock(StreamWriter.MOST));
    in.end();
    boolean isOfRoot = of == 0 && partOf == 0 && anchor == 0 && place == 0;
    if (!isOfRoot && (of <= 0 || partOf <= 0 || anchor == 0 || place <= 0)) {
      throw in.damaged("says impossible things");
    }
    return new SnapshotDescription(of, partOf, anchor, place, snapshot);
  }
}
