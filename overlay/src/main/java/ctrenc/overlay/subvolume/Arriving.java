package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.LayerTarget;
import ctrenc.overlay.export.RootDescription;
import ctrenc.overlay.export.StreamSource;
import ctrenc.overlay.export.TransferProgress;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.Optional;
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
    RootDescription root = source.root();
    Keyring.decode(root.owner(), root.protectors());
    LocalLayers local = new LocalLayers(stacks);
    List<LocalLayers.Found> levels = local.find(root);
    for (LocalLayers.Found level : levels.reversed()) {
      if (level.isCarried()) {
        receive(source, level);
      }
    }
    Optional<UUID> more = source.nextLayer();
    if (more.isPresent()) {
      throw StreamSource.unexpected(more.get());
    }
    incoming.verify(levels);
    return incoming.show(root, levels, local.image());
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
