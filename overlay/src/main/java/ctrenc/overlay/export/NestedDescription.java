package ctrenc.overlay.export;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;

/**
 * What a stream says of a subvolume that is nested in its root.
 *
 * <pre>
 * version 1 (1) | what it hangs in (4) | inode of the directory there (8) | place (4) | description bytes
 * </pre>
 *
 * @param parent 0 for the root, n for the nth that is nested in it, as the stream has them
 * @param anchor the directory that it hangs at, by its inode number in what it hangs in
 * @param place its own in the tree of the root
 * @param subvolume of itself, as the root's; its protectors are its own, or its KEK, wrapped under
 *     that of what it hangs in
 */
public record NestedDescription(int parent, long anchor, int place, RootDescription subvolume) {

  private static final int VERSION = 1;

  byte[] encode() {
    return new FieldWriter(512)
        .putByte(VERSION)
        .putInt(parent)
        .putLong(anchor)
        .putInt(place)
        .putBlock(subvolume.encode())
        .toBytes();
  }

  static NestedDescription decode(byte[] payload) throws DamagedException, FormatTooNewException {
    FieldReader in = new FieldReader(payload, "description of a nested subvolume in the stream");
    in.version(VERSION);
    int parent = in.getInt();
    long anchor = in.getSize();
    int place = in.getInt();
    RootDescription subvolume = RootDescription.decode(in.getBlock(StreamWriter.MOST));
    in.end();
    if (parent < 0 || place <= 0) {
      throw in.damaged("says impossible things");
    }
    return new NestedDescription(parent, anchor, place, subvolume);
  }
}
