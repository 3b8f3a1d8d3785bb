package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.LayerRestore;
import ctrenc.overlay.export.LooseEntries;
import ctrenc.overlay.export.Restore;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.export.TreeDescription;
import ctrenc.overlay.storage.DamagedException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/** Makes one root of a backup. Not thread-safe. */
final class Restoring {

  private static final int PIECE = 256 << 10;

  private final StackKeeping stacks;
  private final IncomingRoot incoming;

  Restoring(StackKeeping stacks, String name) {
    this.stacks = stacks;
    this.incoming = new IncomingRoot(stacks, name);
  }

  Transfers.Received restore(
      ReadableByteChannel in, Restore.Wanted wanted, TransferProgress progress) throws IOException {
    return restore(restore -> restore.read(stream(in), wanted, progress), wanted.isLess());
  }

  Transfers.Received restore(Path directory, TransferProgress progress) throws IOException {
    return restore(restore -> restore.read(directory, progress), false);
  }

  /** Reads a backup. */
  private interface Reading {
    TreeDescription read(Restore restore) throws IOException;
  }

  private Transfers.Received restore(Reading reading, boolean isPart) throws IOException {
    incoming.requireFree();
    boolean isWhole = false;
    Supplier<LocalLayers> local =
        isPart
            ? () -> LocalLayers.ofPart(stacks)
            : () -> new LocalLayers(stacks, layer -> Optional.empty());
    try (Restore restore = new Restore(layer -> begin(layer, isPart))) {
      TreeDescription tree = reading.read(restore);
      tree.check();
      List<Newcomer> newcomers = incoming.newcomers(tree, local);
      Set<UUID> unused = requireCarried(newcomers, restore.layers(), isPart);
      restore.finish();
      incoming.layers().leaveOut(unused);
      for (Newcomer newcomer : newcomers) {
        if (isPart) {
          dropLooseEntries(newcomer.levels());
        }
        incoming.layers().verify(newcomer.levels());
      }
      Transfers.Received received = incoming.show(newcomers, List.of());
      isWhole = true;
      return received;
    } finally {
      if (!isWhole) {
        incoming.abandon();
      }
    }
  }

  private static InputStream stream(ReadableByteChannel in) {
    return new BufferedInputStream(Channels.newInputStream(in), PIECE);
  }

  /** Empty if the store has it; of a part a layer is made anew, whatever the store has of it. */
  private Optional<LayerRestore> begin(UUID layer, boolean isPart) throws IOException {
    IncomingLayers layers = incoming.layers();
    if (isPart) {
      layers.beginPart(layer);
    } else if (new LocalLayers(stacks, none -> Optional.empty()).frozen(layer).isPresent()) {
      return Optional.empty();
    } else {
      layers.begin(layer);
    }
    return Optional.of(
        new LayerRestore(
            stacks.parts().meta(), layers.number(layer), layer, layers.extents(layer)));
  }

  /**
   * The layers that came are those of what is restored, all of them and no other.
   *
   * @param isPart there may be others, of what is not restored; they are returned
   */
  private static Set<UUID> requireCarried(List<Newcomer> newcomers, Set<UUID> came, boolean isPart)
      throws DamagedException {
    Set<UUID> carried = new HashSet<>();
    for (Newcomer newcomer : newcomers) {
      for (LocalLayers.Found level : newcomer.levels()) {
        if (level.isCarried()) {
          carried.add(level.id());
        }
      }
    }
    Set<UUID> unused = new HashSet<>(came);
    unused.removeAll(carried);
    if (!came.containsAll(carried) || !unused.isEmpty() && !isPart) {
      throw new DamagedException("The archive has other layers than its root.");
    }
    return unused;
  }

  private void dropLooseEntries(List<LocalLayers.Found> levels) throws IOException {
    List<Long> below = new ArrayList<>();
    for (LocalLayers.Found level : levels.reversed()) {
      long number = incoming.layers().number(level);
      if (level.number().isEmpty()) {
        LooseEntries.drop(stacks.parts().meta(), number, below);
      }
      below.add(number);
    }
  }
}
