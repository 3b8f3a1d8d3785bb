package ctrenc.overlay.subvolume;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a store lies.
 *
 * @param directory the state directory, absolute
 * @param besides further directories of whoever opens the store, absolute; in hosts' trees they
 *     show empty, as the state directory does, whatever way a root leads to them
 */
public record StorePlace(Path directory, List<Path> besides) {

  public StorePlace {
    directory = directory.toAbsolutePath();
    besides = List.copyOf(besides);
  }

  /** All that shows empty. */
  List<Path> hidden() {
    List<Path> hidden = new ArrayList<>(besides);
    hidden.add(directory);
    return hidden;
  }
}
