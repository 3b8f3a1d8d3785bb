package ctrenc.overlay.subvolume;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.export.SealedParts;
import ctrenc.overlay.extent.PlaceRecord;
import ctrenc.overlay.extent.PlaceScan;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.scrub.ExtentScrub;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.scrub.ScrubSink;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Verifies the extents of layers, and exchanges those that are damaged, and no other, for what a
 * stream or backup has under the same layer and id. The location map says of each extent what its
 * checksum is, beside and not in the segment file, and nothing else is taken. Headers of segment
 * files are written anew, since their places say what they say. Records are {@link
 * RepairingRecords}'. Not thread-safe.
 */
final class Repairing {

  private record Name(UUID layer, long extent) {}

  private record Damaged(LayerRecord layer, PlaceRecord record, ScrubFinding finding) {}

  private final StackKeeping stacks;
  private final StoreParts parts;
  private final RepairSink sink;
  private final RepairingRecords records;

  /** Of one name there may be several, in the whole of a layer and in parts of it. */
  private final Map<Name, List<Damaged>> damaged = new LinkedHashMap<>();

  private final Resources opened = new Resources();
  private final Map<Long, ExtentStores.Repair> repairs = new HashMap<>();
  private long verified;

  Repairing(StackKeeping stacks, RepairSink sink) {
    this.stacks = stacks;
    this.parts = stacks.parts();
    this.sink = sink;
    this.records = new RepairingRecords(stacks, sink);
  }

  void run(List<LayerRecord> layers, InputStream source) throws IOException {
    for (LayerRecord layer : layers) {
      mendHeaders(layer);
      try (EnvelopeReader envelopes = parts.extents().envelopes(layer)) {
        NamedFindings found =
            new NamedFindings(stacks, layer, ScrubPosition.START, new Collecting(layer));
        new ExtentScrub(
                parts.meta(), layer.number(), layer.id(), envelopes, Pace.unlimited(), found)
            .run(0);
        found.tell();
      }
      records.look(layer);
    }
    try (opened) {
      if (!damaged.isEmpty() || records.isNeeded()) {
        SealedParts.read(source, sink::read, new Coming());
      }
    } finally {
      records.end();
      for (List<Damaged> same : damaged.values()) {
        for (Damaged one : same) {
          sink.left(one.finding);
        }
      }
    }
  }

  private void mendHeaders(LayerRecord layer) throws IOException {
    for (String file : parts.extents().mendHeaders(layer)) {
      String reason = "Its header was damaged.";
      sink.repaired(ScrubFinding.of(Finding.Kind.DAMAGED, layer.id(), "file " + file, reason));
    }
  }

  /** What a stream or backup has. */
  private final class Coming implements SealedParts.Taker {

    @Override
    public void extent(EnvelopeHeader header, MemorySegment envelope) throws IOException {
      Name name = new Name(header.layer(), header.extent());
      List<Damaged> same = damaged.getOrDefault(name, List.of());
      for (Damaged one : List.copyOf(same)) {
        if (repair(one.layer).replace(header.extent(), one.record, envelope)) {
          same.remove(one);
          sink.repaired(one.finding);
        }
      }
    }

    @Override
    public void record(UUID layer, Table table, byte[] key, byte[] value) throws IOException {
      records.take(layer, table, key, value);
    }
  }

  /** Opens each layer once, and not before there is something for it: thousands may be damaged. */
  private ExtentStores.Repair repair(LayerRecord layer) throws IOException {
    Optional<ExtentStores.Repair> known = Optional.ofNullable(repairs.get(layer.number()));
    if (known.isPresent()) {
      return known.get();
    }
    ExtentStores.Repair repair = opened.add(parts.extents().repair(layer));
    repairs.put(layer.number(), repair);
    return repair;
  }

  private Optional<PlaceRecord> record(LayerRecord layer, long extent) throws IOException {
    return PlaceScan.living(parts.meta(), layer.number(), extent).flatMap(PlaceRecord::find);
  }

  /** Keeps what may be repaired, and tells what cannot be. */
  private final class Collecting implements ScrubSink {
    private final LayerRecord layer;

    Collecting(LayerRecord layer) {
      this.layer = layer;
    }

    @Override
    public void found(ScrubFinding finding) throws IOException {
      OptionalLong extent = finding.extent();
      Optional<PlaceRecord> record =
          extent.isPresent() ? record(layer, extent.getAsLong()) : Optional.empty();
      if (record.isPresent()) {
        damaged
            .computeIfAbsent(
                new Name(layer.id(), extent.orElseThrow()), first -> new ArrayList<>(1))
            .add(new Damaged(layer, record.get(), finding));
      } else {
        sink.left(finding);
      }
    }

    @Override
    public void verified(ScrubPosition next, long bytes) throws IOException {
      verified += bytes;
      sink.verified(verified);
    }

    @Override
    public void locked(UUID id) {
      // No seal is opened.
    }
  }
}
