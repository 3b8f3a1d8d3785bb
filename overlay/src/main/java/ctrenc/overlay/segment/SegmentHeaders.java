package ctrenc.overlay.segment;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatPreamble;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.FormatTooOldException;
import ctrenc.overlay.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Mends what stands at the beginning of segment files, beside whoever uses them: it says nothing
 * that the place of a file does not say. Stateless.
 */
public final class SegmentHeaders {

  private SegmentHeaders() {}

  /**
   * Writes the headers of a layer's files anew that are damaged, durably. One that is whole stays,
   * also if it is another file's, or of another release: then the file itself is what is wrong.
   *
   * @param parent the directory that holds the segment files of all layers
   * @return the files whose headers were damaged
   */
  public static List<String> mend(Storage storage, String parent, UUID layer) throws IOException {
    String directory = parent + "/" + layer;
    List<String> mended = new ArrayList<>();
    for (String name : storage.list(directory)) {
      Integer number = SegmentFile.numberOf(name);
      if (number != null && mend(storage, directory, number, layer)) {
        mended.add(directory + "/" + name);
      }
    }
    return mended;
  }

  private static boolean mend(Storage storage, String directory, int number, UUID layer)
      throws IOException {
    SegmentFile file;
    try {
      file = SegmentFile.open(storage, directory, number);
    } catch (NoSuchFileException e) {
      // Whoever uses the layer has deleted it since the names were listed.
      return false;
    }
    try {
      return file.mendHeader(layer);
    } finally {
      file.close();
    }
  }

  /** Whether what stands there is the header of no file, {@code right} being this one's. */
  static boolean isDamaged(byte[] found, byte[] right, String name) {
    try {
      SegmentFile.PREAMBLE.read(found, SegmentFile.FIELDS_LENGTH, name);
      return false;
    } catch (DamagedException e) {
      return true;
    } catch (FormatTooNewException | FormatTooOldException e) {
      // A version is believed before the checksum. It alone is damaged where all else is right.
      return FormatPreamble.isSameButForVersion(found, right);
    }
  }
}
