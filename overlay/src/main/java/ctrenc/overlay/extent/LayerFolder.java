package ctrenc.overlay.extent;

import ctrenc.overlay.storage.Storage;
import java.io.IOException;
import java.util.UUID;

/**
 * Where the segment files of a layer lie: in a directory that has its name. A store may have parts
 * of one layer beside the whole of it, so that each part has a directory of its own above that.
 *
 * @param layer as its key and its files have it
 * @param part 0, or the number, in this store, of a layer that is a part
 */
public record LayerFolder(UUID layer, long part) {

  private static final String PARTS = "-of-parts";

  /** The directory above it. */
  public String parent(String segments) {
    return part == 0 ? segments : parts(segments) + "/" + part;
  }

  /** The directory that the directories of parts are in. */
  public static String parts(String segments) {
    return segments + PARTS;
  }

  /** That of a layer, by its number in this store. */
  static LayerFolder of(Storage storage, String segments, long number, UUID layer)
      throws IOException {
    LayerFolder part = new LayerFolder(layer, number);
    return storage.exists(part.parent(segments)) ? part : new LayerFolder(layer, 0);
  }
}
