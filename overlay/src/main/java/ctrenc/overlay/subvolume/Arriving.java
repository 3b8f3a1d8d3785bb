package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.LayerTarget;
import ctrenc.overlay.export.NestedDescription;
import ctrenc.overlay.export.RootDescription;
import ctrenc.overlay.export.StreamSource;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.export.TreeDescription;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Makes one root of a stream. Not thread-safe. */
final class Arriving {

  private final StackKeeping stacks;
  private final StoreParts parts;
  private final IncomingRoot incoming;

  Arriving(StackKeeping stacks, String name) {
    this.stacks = stacks;
    this.parts = stacks.parts();
    this.incoming = new IncomingRoot(stacks, name);
  }

  Transfers.Received receive(ReadableByteChannel in, TransferProgress progress) throws IOException {
    incoming.requireFree();
    boolean isWhole = false;
    try (StreamSource source = new StreamSource(in, progress)) {
      Transfers.Received received = receive(source);
      isWhole = true;
      return received;
    } finally {
      if (!isWhole) {
        incoming.abandon();
      }
    }
  }

  private Transfers.Received receive(StreamSource source) throws IOException {
    List<Newcomer> newcomers = newcomers(source.tree());
    Set<UUID> came = new HashSet<>();
    for (Newcomer newcomer : newcomers) {
      for (LocalLayers.Found level : newcomer.levels().reversed()) {
        if (level.isCarried() && came.add(level.id())) {
          receive(source, level);
        }
      }
    }
    Optional<UUID> more = source.nextLayer();
    if (more.isPresent()) {
      throw StreamSource.unexpected(more.get());
    }
    for (Newcomer newcomer : newcomers) {
      incoming.verify(newcomer.levels());
    }
    return incoming.show(newcomers);
  }

  /** The root, then what is nested in it, of which everything is here that does not come. */
  private List<Newcomer> newcomers(TreeDescription tree) throws IOException {
    Keyring.decode(tree.root().owner(), tree.root().protectors());
    List<Newcomer> newcomers = new ArrayList<>();
    newcomers.add(incoming.root(tree.root(), new LocalLayers(stacks)));
    for (NestedDescription nested : tree.nested()) {
      RootDescription subvolume = nested.subvolume();
      Keyring.requireWholeNested(subvolume.owner(), subvolume.protectors());
      UUID parent = newcomers.get(nested.parent()).id();
      newcomers.add(Newcomer.nested(nested, parent, new LocalLayers(stacks)));
    }
    return newcomers;
  }

  private void receive(StreamSource source, LocalLayers.Found level) throws IOException {
    UUID next = source.nextLayer().orElseThrow(() -> StreamSource.unexpected(level.id()));
    if (!next.equals(level.id())) {
      throw StreamSource.unexpected(next);
    }
    if (level.number().isPresent()) {
      source.skip();
      return;
    }
    long number = incoming.begin(next);
    try (LayerTarget target = new LayerTarget(parts.meta(), number, next, incoming.extents(next))) {
      source.receive(target);
    }
  }
}
