package ctrenc.overlay.subvolume;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.layer.EncryptedLayer;
import ctrenc.overlay.layer.RecordShape;
import ctrenc.overlay.layer.SealedRecord;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.scrub.RecordScrub;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.scrub.ScrubSink;
import ctrenc.overlay.scrub.ScrubSubject;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.storage.UnreadableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Looks the records of layers over, and has the layers exchange those that are damaged or gone for
 * what comes from elsewhere. Only the key tells that something that comes is the newest of its
 * place, so a locked layer keeps what it has; and only a layer that does not grow was ever sent.
 * Not thread-safe.
 */
final class RepairingRecords {

  /** In a layer, with what came for it that differs from what is stored. */
  private record Broken(
      LayerRecord layer,
      Map<ScrubSubject, ScrubFinding> findings,
      Map<ScrubSubject, SealedRecord> others) {}

  private final StackKeeping stacks;
  private final MetaStore meta;
  private final RepairSink sink;

  /** Of one id there may be several, the whole of a layer and parts of it. */
  private final Map<UUID, List<Broken>> broken = new LinkedHashMap<>();

  RepairingRecords(StackKeeping stacks, RepairSink sink) {
    this.stacks = stacks;
    this.meta = stacks.parts().meta();
    this.sink = sink;
  }

  /** Finds what is wrong with a layer's records. */
  void look(LayerRecord layer) throws IOException {
    Map<ScrubSubject, ScrubFinding> findings = findings(layer);
    if (!findings.isEmpty()) {
      broken
          .computeIfAbsent(layer.id(), first -> new ArrayList<>(1))
          .add(new Broken(layer, findings, new LinkedHashMap<>()));
    }
  }

  /** Whether anything that comes may be of use. */
  boolean isNeeded() {
    return !broken.isEmpty();
  }

  private Map<ScrubSubject, ScrubFinding> findings(LayerRecord layer) throws IOException {
    Gathered gathered = new Gathered(new LinkedHashMap<>());
    NamedFindings named = new NamedFindings(stacks, layer, ScrubPosition.START, gathered);
    List<Long> below = Levels.below(stacks.catalog(), layer.number());
    try {
      new RecordScrub(meta, layer.number(), layer.id(), below, Pace.unlimited(), named).run();
      new SealPass(stacks, layer, Pace.unlimited(), named).runRecords();
    } catch (UnreadableException e) {
      String reason = String.valueOf(e.getMessage());
      named.found(ScrubFinding.of(Finding.Kind.DAMAGED, layer.id(), "the layer", reason));
    }
    named.tell();
    return gathered.findings();
  }

  /** Takes a record that came, if it is of a layer with damage and differs from what is stored. */
  void take(UUID layer, Table table, byte[] logical, byte[] value) throws IOException {
    for (Broken one : broken.getOrDefault(layer, List.of())) {
      if (!LocalLayers.isGrowing(stacks, one.layer().number())) {
        take(one, table, RecordShape.keyIn(one.layer().number(), logical), value);
      }
    }
  }

  private void take(Broken one, Table table, byte[] key, byte[] value) throws IOException {
    Optional<byte[]> stored = meta.get(table, key);
    // What a part has nothing of may just not have been picked.
    boolean differs = stored.isEmpty() ? !one.layer().part() : !Arrays.equals(stored.get(), value);
    if (differs) {
      ScrubSubject subject = new ScrubSubject.StoredRecord(table, ByteBuffer.wrap(key));
      one.others().put(subject, new SealedRecord(table, key, value));
    }
  }

  /** Exchanges what can be, looks again, and tells what became of what was found. */
  void end() throws IOException {
    for (List<Broken> same : broken.values()) {
      for (Broken one : same) {
        end(one);
      }
    }
  }

  private void end(Broken one) throws IOException {
    Map<ScrubSubject, ScrubFinding> left = one.findings();
    if (!one.others().isEmpty()) {
      exchange(one);
      left = findings(one.layer());
    }
    for (ScrubFinding finding : one.findings().values()) {
      if (!left.containsKey(finding.about())) {
        sink.repaired(finding);
      }
    }
    for (ScrubFinding finding : left.values()) {
      sink.left(finding);
    }
  }

  private void exchange(Broken one) throws IOException {
    List<SealedRecord> others = new ArrayList<>(one.others().values());
    try {
      new OpenedLayer(stacks, one.layer())
          .use(
              (owner, layers, index) -> {
                if (layers.get(index) instanceof EncryptedLayer readable) {
                  readable.exchange(others);
                }
                return true;
              });
    } catch (UnreadableException e) {
      // The layer cannot be opened: that is found, and told again as it is left.
      return;
    }
  }

  private record Gathered(Map<ScrubSubject, ScrubFinding> findings) implements ScrubSink {

    @Override
    public void found(ScrubFinding finding) {
      findings.put(finding.about(), finding);
    }

    @Override
    public void verified(ScrubPosition next, long bytes) {
      // Records are counted nowhere.
    }

    @Override
    public void locked(UUID layer) {
      // What is known without the key is told.
    }
  }
}
