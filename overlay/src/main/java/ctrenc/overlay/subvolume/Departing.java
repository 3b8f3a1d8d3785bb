package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.LayerSource;
import ctrenc.overlay.export.StreamSink;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.export.TreeBackup;
import ctrenc.overlay.export.TreeDescription;
import ctrenc.overlay.export.TreeObjects;
import ctrenc.overlay.extent.PlaceRecord;
import ctrenc.overlay.extent.PlaceScan;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Sends what the catalog has as snapshots, in a stream or a backup. Thread-safe. */
record Departing(StackKeeping stacks) {

  /** How much would be sent. */
  Transfers.Amount amount(Transfers.Outgoing outgoing) throws IOException {
    SentSnapshots sent = sent(outgoing);
    Set<Long> known = known(outgoing, sent);
    AtomicLong sum = new AtomicLong();
    boolean goesOn = false;
    for (long layer : sent.layers()) {
      if (known.contains(layer)) {
        goesOn |= isSealed(stacks.catalog().layer(layer));
      } else {
        PlaceScan.walk(
            stacks.parts().meta(),
            layer,
            after(outgoing, stacks.catalog().layer(layer)) + 1,
            (extent, stored) ->
                sum.addAndGet(PlaceRecord.decode(stored, "extent " + extent).place().length()));
      }
    }
    return new Transfers.Amount(sum.get(), goesOn, sent.parts().size(), sent.earlier().size());
  }

  void send(
      Transfers.Outgoing outgoing, Pace pace, WritableByteChannel out, TransferProgress progress)
      throws IOException {
    pinned(
        outgoing,
        sent -> {
          Set<Long> known = known(outgoing, sent);
          TreeDescription tree = new RootDescriber(stacks, known).describe(sent);
          boolean isRest = outgoing.rest().isPresent();
          try (StreamSink sink = new StreamSink(tree, isRest, out, pace, progress)) {
            for (long number : sent.layers()) {
              LayerRecord layer = stacks.catalog().layer(number);
              if (isSealed(layer) && !known.contains(number)) {
                send(layer, after(outgoing, layer), sink);
              }
            }
            sink.end();
          }
        });
  }

  private void send(LayerRecord layer, long after, StreamSink sink) throws IOException {
    try (EnvelopeReader envelopes = stacks.parts().extents().envelopes(layer)) {
      sink.layer(
          new LayerSource(stacks.parts().meta(), layer.number(), layer.id(), after, envelopes));
    }
  }

  void backup(
      Transfers.Outgoing outgoing, Pace pace, WritableByteChannel out, TransferProgress progress)
      throws IOException {
    pinned(
        outgoing,
        sent -> {
          Set<Long> known = known(outgoing, sent);
          TreeDescription tree = new RootDescriber(stacks, known).describe(sent);
          try (Resources open = new Resources()) {
            TreeObjects objects = new SealedLevels(stacks, known, open).of(tree, sent);
            new TreeBackup(objects).write(out, pace, progress);
          }
        });
  }

  /** Moves snapshots out. */
  private interface Moving {
    void move(SentSnapshots sent) throws IOException;
  }

  /** What is removed meanwhile stays until it is done. */
  private void pinned(Transfers.Outgoing outgoing, Moving moving) throws IOException {
    List<Long> layers = List.copyOf(sent(outgoing).layers());
    stacks.remover().pin(layers);
    try {
      moving.move(sent(outgoing));
    } finally {
      stacks.remover().unpin(layers);
    }
  }

  private SentSnapshots sent(Transfers.Outgoing outgoing) throws IOException {
    return SentSnapshots.of(stacks.tools(), outgoing);
  }

  /** The layers that the receiver has, by their numbers here. */
  private Set<Long> known(Transfers.Outgoing outgoing, SentSnapshots sent) throws IOException {
    Set<Long> known = new HashSet<>();
    if (outgoing.since().isPresent()) {
      UUID since = outgoing.since().get();
      known.addAll(SentSnapshots.of(stacks.tools(), since, outgoing.isRecursive()).layers());
    }
    if (outgoing.rest().isPresent()) {
      known.addAll(before(outgoing.rest().get(), sent));
    }
    return known;
  }

  /** The layers that are sent before the one in which a stream was cut. */
  private Set<Long> before(ResumePoint rest, SentSnapshots sent) throws IOException {
    Set<Long> before = new HashSet<>();
    for (long number : sent.layers()) {
      if (stacks.catalog().layer(number).id().equals(rest.layer())) {
        return before;
      }
      before.add(number);
    }
    throw new UnmovableException(
        "The stream that was cut was of another snapshot than %s: name the one it was of."
            .formatted(sent.top().name()));
  }

  /** The last extent of a layer that the receiver has. */
  private static long after(Transfers.Outgoing outgoing, LayerRecord layer) {
    return outgoing
        .rest()
        .filter(rest -> rest.layer().equals(layer.id()))
        .map(ResumePoint::extent)
        .orElse(0L);
  }

  private static boolean isSealed(LayerRecord layer) {
    return layer.kind() == LayerRecord.Kind.ENCRYPTED;
  }
}
