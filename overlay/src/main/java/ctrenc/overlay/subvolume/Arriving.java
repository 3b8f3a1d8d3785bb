package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.SnapshotDescription;
import ctrenc.overlay.export.StreamSource;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.export.TreeDescription;
import ctrenc.overlay.storage.DamagedException;
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
  private final IncomingRoot incoming;
  private final IncomingLayers layers;
  private final boolean isResumable;
  private boolean isRead;

  /**
   * @param isResumable what comes of a stream that is cut stays, for one of the rest
   */
  Arriving(StackKeeping stacks, String name, boolean isResumable) {
    this.stacks = stacks;
    this.incoming = new IncomingRoot(stacks, name);
    this.layers = incoming.layers();
    this.isResumable = isResumable;
  }

  Transfers.Received receive(ReadableByteChannel in, TransferProgress progress) throws IOException {
    incoming.requireFree();
    try (StreamSource source = new StreamSource(in, progress)) {
      return receive(source);
    } catch (DamagedException e) {
      throw abandoned().<IOException>map(point -> kept(point, e)).orElse(e);
    } catch (IOException | RuntimeException e) {
      abandoned();
      throw e;
    }
  }

  /** Where the stream goes on, if what came of it is kept; else nothing stays. */
  private Optional<ResumePoint> abandoned() throws IOException {
    try {
      return isKept() ? layers.kept().keep() : Optional.empty();
    } finally {
      incoming.abandon();
    }
  }

  /** Whoever goes on with what was kept, keeps it if that is cut, too. */
  private boolean isKept() {
    return !isRead && (isResumable || layers.kept().isGoingOn());
  }

  private static DamagedException kept(ResumePoint point, DamagedException reason) {
    return new DamagedException(
        "Not all of the stream came; what did is kept: send the rest with 'ctr-enc send --resume "
            + point
            + "', or drop it with 'ctr-enc receive --drop "
            + point
            + "'.",
        reason);
  }

  private Transfers.Received receive(StreamSource source) throws IOException {
    List<Newcomer> newcomers =
        incoming.newcomers(source.tree(), () -> new LocalLayers(stacks, layers::adoptWhole));
    List<EarlierSnapshot> earlier = earlier(source.tree(), newcomers);
    List<List<LocalLayers.Found>> coming = new ArrayList<>();
    newcomers.forEach(one -> coming.add(one.levels()));
    earlier.forEach(one -> coming.add(one.levels()));
    receive(source, coming);
    Optional<StreamSource.Coming> more = source.nextLayer();
    if (more.isPresent()) {
      throw StreamSource.unexpected(more.get().layer());
    }
    // What is whole and does not fit together is not mended by more of it.
    isRead = true;
    for (List<LocalLayers.Found> levels : coming) {
      layers.verify(levels);
    }
    Transfers.Received received = incoming.show(newcomers, earlier);
    layers.kept().dropRest();
    return received;
  }

  private void receive(StreamSource source, List<List<LocalLayers.Found>> coming)
      throws IOException {
    Set<UUID> came = new HashSet<>();
    for (List<LocalLayers.Found> levels : coming) {
      for (LocalLayers.Found level : levels.reversed()) {
        if (level.isCarried() && came.add(level.id())) {
          receive(source, level);
        }
      }
    }
  }

  private List<EarlierSnapshot> earlier(TreeDescription tree, List<Newcomer> newcomers)
      throws IOException {
    List<EarlierSnapshot> found = new ArrayList<>();
    for (SnapshotDescription one : tree.snapshots()) {
      LocalLayers local = new LocalLayers(stacks, layers::adoptWhole);
      found.add(EarlierSnapshot.found(one, newcomers, found, local));
    }
    return found;
  }

  private void receive(StreamSource source, LocalLayers.Found level) throws IOException {
    StreamSource.Coming next =
        source.nextLayer().orElseThrow(() -> StreamSource.unexpected(level.id()));
    if (!next.layer().equals(level.id())) {
      throw StreamSource.unexpected(next.layer());
    }
    if (level.number().isPresent()) {
      source.skip();
    } else {
      layers.receive(source, next, isKept() || next.after() > 0);
    }
  }
}
