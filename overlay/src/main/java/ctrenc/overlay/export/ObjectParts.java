package ctrenc.overlay.export;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What the layers of a stack hold together of an object.
 *
 * @param attribute the records that go with it
 * @param content the records that are its data, and of a directory those that are too long
 * @param data the extents that its references lead to
 * @param changed when the newest of its layers was closed
 */
record ObjectParts(
    boolean isDirectory,
    ObjectRecords attribute,
    ObjectRecords content,
    List<SealedExtent> data,
    Instant changed) {

  /** Records that are too long for an attribute are content, too. */
  ObjectParts fitting() {
    if (attribute.length() <= ArchiveSink.LONGEST_ATTRIBUTE) {
      return this;
    }
    List<ObjectRecords.OfLayer> all = new ArrayList<>(attribute.layers());
    all.addAll(content.layers());
    return new ObjectParts(
        isDirectory, new ObjectRecords(List.of()), new ObjectRecords(all), data, changed);
  }

  /** Whether no layer has anything of it. */
  boolean isEmpty() {
    return attribute.isEmpty() && content.isEmpty();
  }
}
