package ctrenc.overlay.export;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;

/**
 * What a backup says of a subvolume that is nested in its root.
 *
 * <pre>
 * version 1 (1) | its number among the nested ones, from 1 (4) | {@link NestedDescription} bytes | checksum of all before (4)
 * </pre>
 */
record ArchivedNested(int number, NestedDescription description) {

  /** The folder in that of the directory that it hangs at. */
  static final String FOLDER = "/subvolume/";

  /** Behind the place of that directory. */
  static final String MEMBER = FOLDER + "description";

  private static final int VERSION = 1;
  private static final String SUBJECT = "description of a nested subvolume in the archive";

  byte[] encode() {
    byte[] bytes =
        new FieldWriter(512)
            .putByte(VERSION)
            .putInt(number)
            .putBlock(description.encode())
            .toBytes();
    return ObjectRecords.sealed(bytes);
  }

  static ArchivedNested decode(byte[] bytes) throws DamagedException, FormatTooNewException {
    FieldReader in = new FieldReader(ObjectRecords.opened(bytes, SUBJECT), SUBJECT);
    in.version(VERSION);
    int number = in.getInt();
    NestedDescription description = NestedDescription.decode(in.getBlock(StreamWriter.MOST));
    in.end();
    if (number < 1 || description.parent() >= number) {
      throw in.damaged("says impossible things");
    }
    return new ArchivedNested(number, description);
  }
}
