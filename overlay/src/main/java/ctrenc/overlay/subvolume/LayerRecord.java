package ctrenc.overlay.subvolume;

import ctrenc.overlay.extent.LayerFolder;
import java.util.List;
import java.util.UUID;

/**
 * What the catalog says of a layer.
 *
 * @param number the beginning of the layer's keys in the metadata store; never given again
 * @param references images and subvolumes whose stacks hold it
 * @param part of an encrypted layer: not all of it is here, because a part was restored; the store
 *     may have the whole of it, and further parts, under the same id
 * @param trees of image trees: the names of their directories below {@code images/}, the lowest
 *     first; of shared trees: their paths below the state directory, in the same order; of a host
 *     tree: its one absolute path; else empty
 */
record LayerRecord(
    long number,
    UUID id,
    Kind kind,
    State state,
    int references,
    List<String> trees,
    boolean part) {

  /** A whole one. */
  LayerRecord(long number, UUID id, Kind kind, State state, int references, List<String> trees) {
    this(number, id, kind, state, references, trees, false);
  }

  /** How the layer's bytes lie. Codes are on disk; zero is never valid. */
  enum Kind {
    IMAGE_TREES(1),
    HOST_TREE(2),
    ENCRYPTED(3),
    /** As image trees, but the trees are somebody else's, who keeps them for as long. */
    SHARED_TREES(4);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  /** Where the layer is in its life. Codes are on disk; zero is never valid. */
  enum State {
    /** Its records are being written; after a crash they are removed. */
    BUILDING(1),
    LIVE(2),
    /** Nobody refers to it any more; its records and files are being removed. */
    DOOMED(3);

    private final int code;

    State(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  /** Where its segment files are. */
  LayerFolder folder() {
    return new LayerFolder(id, part ? number : 0);
  }

  LayerRecord in(State next, int nextReferences) {
    return new LayerRecord(number, id, kind, next, nextReferences, trees, part);
  }
}
