package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.LayerRestore;
import ctrenc.overlay.export.LooseEntries;
import ctrenc.overlay.export.Restore;
import ctrenc.overlay.export.RootDescription;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.storage.DamagedException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Makes one root of a backup. Not thread-safe. */
final class Restoring {

  private static final int PIECE = 256 << 10;

  private final StackKeeping stacks;
  private final IncomingRoot incoming;
  private final LocalLayers local;

  Restoring(StackKeeping stacks, String name) {
    this.stacks = stacks;
    this.incoming = new IncomingRoot(stacks, name);
    this.local = new LocalLayers(stacks, layer -> Optional.empty());
  }

  Transfers.Received restore(
      ReadableByteChannel in, Restore.Wanted wanted, TransferProgress progress) throws IOException {
    incoming.requireFree();
    boolean isWhole = false;
    try (Restore restore = new Restore(this::begin)) {
      RootDescription root = restore.read(stream(in), wanted, progress);
      Keyring.decode(root.owner(), root.protectors());
      Newcomer newcomer = incoming.root(root, local);
      List<LocalLayers.Found> levels = newcomer.levels();
      requireSame(levels, restore.layers());
      restore.finish();
      if (wanted.isPart() || !wanted.only().isEmpty()) {
        dropLooseEntries(levels);
      }
      incoming.layers().verify(levels);
      Transfers.Received received = incoming.show(List.of(newcomer), List.of());
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

  private Optional<LayerRestore> begin(UUID layer) throws IOException {
    if (local.frozen(layer).isPresent()) {
      return Optional.empty();
    }
    long number = incoming.layers().begin(layer);
    return Optional.of(
        new LayerRestore(stacks.parts().meta(), number, layer, incoming.layers().extents(layer)));
  }

  /** The layers that came are those of the root, all of them and no other. */
  private static void requireSame(List<LocalLayers.Found> levels, Set<UUID> came)
      throws DamagedException {
    Set<UUID> carried = new HashSet<>();
    for (LocalLayers.Found level : levels) {
      if (level.isCarried()) {
        carried.add(level.id());
      }
    }
    if (!carried.equals(came)) {
      throw new DamagedException("The archive has other layers than its root.");
    }
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
