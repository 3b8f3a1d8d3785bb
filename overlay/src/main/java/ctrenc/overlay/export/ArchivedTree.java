package ctrenc.overlay.export;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatPreamble;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.FormatTooOldException;

/**
 * What a backup is of, as its member "backup" says.
 *
 * <pre>
 * version 1: description
 * version 2: number of nested subvolumes (4) | description
 * </pre>
 *
 * <p>Version 1 is of a whole root alone, and is still written of one.
 *
 * @param nested how many subvolumes that are nested in the root are in the archive
 */
record ArchivedTree(RootDescription root, int nested) {

  private static final int ALONE = 1;
  private static final int TREE = 2;
  private static final String FORMAT = "backup";
  private static final FormatPreamble WRITTEN_ALONE = new FormatPreamble(FORMAT, ALONE, ALONE);
  private static final FormatPreamble PREAMBLE = new FormatPreamble(FORMAT, ALONE, TREE);

  static ArchivedTree of(TreeDescription tree) {
    return new ArchivedTree(tree.root(), tree.nested().size());
  }

  byte[] encode() {
    byte[] description = root.encode();
    if (nested == 0 && !root.isIncrement()) {
      return WRITTEN_ALONE.write(description);
    }
    return PREAMBLE.write(
        new FieldWriter(Integer.BYTES + description.length)
            .putInt(nested)
            .putBytes(description)
            .toBytes());
  }

  static ArchivedTree decode(byte[] bytes)
      throws DamagedException, FormatTooNewException, FormatTooOldException {
    int length = Math.max(0, bytes.length - FormatPreamble.length(0));
    byte[] fields = PREAMBLE.read(bytes, length, ArchiveSink.ROOT);
    if (FormatPreamble.version(bytes) == ALONE) {
      return new ArchivedTree(RootDescription.decode(fields), 0);
    }
    FieldReader in = new FieldReader(fields, "description of the root in the archive");
    int nested = in.getInt();
    byte[] description = in.getBytes(fields.length - Integer.BYTES);
    in.end();
    if (nested < 0) {
      throw in.damaged("says impossible things");
    }
    return new ArchivedTree(RootDescription.decode(description), nested);
  }
}
