package ctrenc.overlay.subvolume;

import ctrenc.overlay.audit.Audit;
import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.extent.CompactionNeed;
import ctrenc.overlay.extent.CompactionResult;
import ctrenc.overlay.extent.CompactionRule;
import ctrenc.overlay.extent.CompactionWatch;
import ctrenc.overlay.extent.PlaceRecord;
import ctrenc.overlay.extent.PlaceScan;
import ctrenc.overlay.scrub.ExtentScrub;
import ctrenc.overlay.scrub.RecordScrub;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.scrub.ScrubPosition.Step;
import ctrenc.overlay.scrub.ScrubSink;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.storage.UnreadableException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** The upkeep of the layers in a store's catalog. Thread-safe. */
final class StoredUpkeep implements Upkeep {

  private final StackKeeping stacks;
  private final StoreParts parts;
  private final Catalog catalog;

  StoredUpkeep(StackKeeping stacks) {
    this.stacks = stacks;
    this.parts = stacks.parts();
    this.catalog = stacks.catalog();
  }

  @Override
  public void prepareSyncs() throws IOException {
    parts.meta().prepareSyncs();
  }

  @Override
  public long bytesToVerify(Optional<UUID> subvolume, ScrubPosition from) throws IOException {
    AtomicLong sum = new AtomicLong();
    for (LayerRecord layer : layers(subvolume)) {
      Optional<Long> extent = from.within(layer.number(), Step.EXTENTS);
      if (extent.isPresent()) {
        PlaceScan.walk(
            parts.meta(),
            layer.number(),
            extent.get(),
            (id, stored) ->
                PlaceRecord.find(stored).ifPresent(one -> sum.addAndGet(one.place().length())));
      }
    }
    return sum.get();
  }

  @Override
  public void verify(Optional<UUID> subvolume, ScrubPosition from, Pace pace, ScrubSink sink)
      throws IOException {
    if (subvolume.isEmpty() && from.equals(ScrubPosition.START)) {
      verifyStore(sink);
    }
    for (LayerRecord layer : layers(subvolume)) {
      ScrubSink living = new LivingLayers(parts.audit(), catalog, layer.number(), sink);
      NamedFindings named = new NamedFindings(stacks, layer, from.startOf(layer.number()), living);
      try {
        verify(layer, from, pace, named);
      } catch (UnreadableException e) {
        String reason = String.valueOf(e.getMessage());
        named.found(ScrubFinding.of(Finding.Kind.DAMAGED, layer.id(), "the layer", reason));
      }
      named.tell();
    }
  }

  @Override
  public CompactionResult compact(
      Optional<UUID> subvolume, CompactionRule rule, Pace pace, CompactionWatch watch)
      throws IOException {
    return stacks.compactions().run(layers(subvolume), rule, pace, watch);
  }

  @Override
  public void repair(Optional<UUID> subvolume, InputStream source, RepairSink sink)
      throws IOException {
    List<LayerRecord> layers = layers(subvolume);
    stacks.compactions().alone(layers, () -> new Repairing(stacks, sink).run(layers, source));
  }

  @Override
  public CompactionNeed compactionNeed(Optional<UUID> subvolume, CompactionRule rule)
      throws IOException {
    return stacks.compactions().need(layers(subvolume), rule);
  }

  private void verify(LayerRecord layer, ScrubPosition from, Pace pace, NamedFindings sink)
      throws IOException {
    Optional<Long> extent = from.within(layer.number(), Step.EXTENTS);
    if (extent.isPresent()) {
      verifyExtents(layer, extent.get(), pace, sink);
      sink.tell();
    }
    if (from.within(layer.number(), Step.RECORDS).isPresent()) {
      List<Long> below = Levels.below(catalog, layer.number());
      new RecordScrub(parts.meta(), layer.number(), layer.id(), below, pace, sink).run();
      sink.tell();
    }
    Optional<Long> inode = from.within(layer.number(), Step.SEALS);
    if (inode.isPresent()) {
      new SealPass(stacks, layer, pace, sink).run(inode.get());
    }
  }

  private void verifyExtents(LayerRecord layer, long from, Pace pace, ScrubSink sink)
      throws IOException {
    try (EnvelopeReader envelopes = parts.extents().envelopes(layer)) {
      new ExtentScrub(parts.meta(), layer.number(), layer.id(), envelopes, pace, sink).run(from);
    }
  }

  /** What belongs to no layer: the metadata store's own checksums, the catalog, the key files. */
  private void verifyStore(ScrubSink sink) throws IOException {
    try {
      parts.meta().verify();
      for (CheckReport.Problem problem : stacks.check().problems()) {
        sink.found(ScrubFinding.ofStore(Finding.Kind.DAMAGED, problem.subject(), problem.text()));
      }
    } catch (UnreadableException e) {
      sink.found(store("records", e));
    }
    for (SubvolumeRecord subvolume : catalog.living().toList()) {
      if (!subvolume.throwaway()) {
        verifyKeyFile(subvolume, sink);
      }
    }
  }

  private void verifyKeyFile(SubvolumeRecord subvolume, ScrubSink sink) throws IOException {
    try {
      byte[] stored = parts.keySlots().read(subvolume.id());
      if (stacks.tools().nests().find(subvolume.id()).isPresent()) {
        Keyring.requireWholeNested(subvolume.id(), stored);
      } else {
        stacks.keyring().groups(subvolume.id(), stored);
      }
    } catch (UnreadableException e) {
      if (catalog.living().anyMatch(one -> one.id().equals(subvolume.id()))) {
        sink.found(store("what unlocks subvolume " + subvolume.id(), e));
      }
    }
  }

  private static ScrubFinding store(String subject, IOException e) {
    return ScrubFinding.ofStore(Finding.Kind.DAMAGED, subject, String.valueOf(e.getMessage()));
  }

  /** Encrypted ones, by their numbers. */
  private List<LayerRecord> layers(Optional<UUID> subvolume) throws IOException {
    Set<Long> wanted =
        subvolume.isEmpty()
            ? catalog.layers().stream().map(LayerRecord::number).collect(Collectors.toSet())
            : layersOf(catalog.requireLiving(subvolume.get()).id());
    return catalog.layers().stream()
        .filter(layer -> layer.kind() == LayerRecord.Kind.ENCRYPTED)
        .filter(layer -> layer.state() == LayerRecord.State.LIVE)
        .filter(layer -> wanted.contains(layer.number()))
        .sorted(Comparator.comparingLong(LayerRecord::number))
        .toList();
  }

  /** The layers of a subvolume, of what is nested in it, and of the snapshots of all these. */
  private Set<Long> layersOf(UUID subvolume) {
    return stacks.tools().nests().withNested(subvolume).stream()
        .flatMap(id -> catalog.subvolume(id).stream())
        .filter(one -> !one.doomed())
        .flatMap(one -> Levels.of(catalog, one).stream())
        .map(SubvolumeRecord.Level::layer)
        .collect(Collectors.toSet());
  }

  /** Keeps back what is found of a layer that is being removed meanwhile. */
  private record LivingLayers(Audit audit, Catalog catalog, long layer, ScrubSink sink)
      implements ScrubSink {

    @Override
    public void found(ScrubFinding finding) throws IOException {
      boolean isLiving =
          catalog.layers().stream()
              .anyMatch(one -> one.number() == layer && one.state() == LayerRecord.State.LIVE);
      if (isLiving) {
        Map<String, String> facts =
            Map.of(
                "layer", finding.layer().map(UUID::toString).orElse(""),
                "reason", finding.reason());
        audit.report(new Finding(finding.kind(), finding.subject(), facts));
        sink.found(finding);
      }
    }

    @Override
    public void verified(ScrubPosition next, long bytes) throws IOException {
      sink.verified(next, bytes);
    }

    @Override
    public void locked(UUID id) throws IOException {
      sink.locked(id);
    }
  }
}
