package ctrenc.overlay.scrub;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.extent.PlaceScan;
import ctrenc.overlay.layer.RecordShape;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;

/**
 * Verifies the records of one encrypted layer without its key, while it may be in use. What it
 * holds against the layer:
 *
 * <ol>
 *   <li>every record has the shape of its table, and is sealed
 *   <li>the session that a record was sealed in is there
 *   <li>what an entry leads to, and the directory it is in, is in this layer or in one below
 *   <li>a reference and an orphan are of an inode of this layer
 *   <li>the extent that a reference tells has a place
 *   <li>references are counted of extents that have a place, and never below none
 * </ol>
 *
 * What is found wrong is looked at again before it is told: a batch may have changed it between two
 * looks. Not thread-safe.
 */
public final class RecordScrub {

  private static final List<Table> TABLES =
      List.of(Table.LAYER, Table.INODE, Table.ENTRY, Table.REFERENCE, Table.ORPHAN);
  private static final int PAGE = 512;

  private record Stored(byte[] key, byte[] value) {}

  private final MetaStore meta;
  private final long layer;
  private final UUID layerId;
  private final List<Long> below;
  private final Pace pace;
  private final ScrubSink sink;
  private final Set<Integer> sessions = new HashSet<>();

  /** The directory of an entry that was found last; 0 before. */
  private long ownerInStack;

  /**
   * @param below the numbers of the layers under this one, in any order
   */
  public RecordScrub(
      MetaStore meta, long layer, UUID layerId, List<Long> below, Pace pace, ScrubSink sink) {
    this.meta = meta;
    this.layer = layer;
    this.layerId = layerId;
    this.below = List.copyOf(below);
    this.pace = pace;
    this.sink = sink;
  }

  public void run() throws IOException {
    for (Table table : TABLES) {
      List<Stored> page = page(table, RecordShape.first(layer));
      while (!page.isEmpty()) {
        long bytes = 0;
        for (Stored one : page) {
          verify(table, one);
          bytes += one.key().length + one.value().length;
        }
        pace.moved(bytes);
        byte[] last = page.getLast().key();
        page = page(table, Arrays.copyOf(last, last.length + 1));
      }
    }
    verifyCounts();
  }

  private List<Stored> page(Table table, byte[] from) throws IOException {
    List<Stored> page = new ArrayList<>();
    try (MetaCursor cursor = meta.scan(table, from, RecordShape.first(layer + 1))) {
      while (page.size() < PAGE && cursor.next()) {
        page.add(new Stored(cursor.key(), cursor.value()));
      }
    }
    return page;
  }

  private void verify(Table table, Stored one) throws IOException {
    Optional<String> fault = fault(table, one);
    if (fault.isPresent() && isStill(table, one)) {
      ScrubSubject record = new ScrubSubject.StoredRecord(table, ByteBuffer.wrap(one.key()));
      ScrubFinding finding = ScrubFinding.of(Finding.Kind.DAMAGED, layerId, record, fault.get());
      boolean isOfInode = table != Table.LAYER && one.key().length >= 2 * Long.BYTES;
      sink.found(isOfInode ? finding.ofInode(RecordShape.owner(one.key())) : finding);
    }
  }

  private boolean isStill(Table table, Stored one) throws IOException {
    Optional<byte[]> now = meta.get(table, one.key());
    return now.isPresent() && Arrays.equals(now.get(), one.value());
  }

  private Optional<String> fault(Table table, Stored one) throws IOException {
    Optional<String> shape = RecordShape.fault(table, one.key(), one.value());
    if (shape.isPresent()) {
      return shape;
    }
    OptionalInt session = RecordShape.session(table, one.key(), one.value());
    if (session.isPresent() && !hasSession(session.getAsInt())) {
      return Optional.of("It names a session that does not exist.");
    }
    return switch (table) {
      case ENTRY -> entryFault(one);
      case REFERENCE -> referenceFault(one);
      case ORPHAN -> ownerFault(one);
      default -> Optional.empty();
    };
  }

  private Optional<String> entryFault(Stored entry) throws IOException {
    long child = RecordShape.child(entry.value());
    if (!isOwnerInStack(RecordShape.owner(entry.key()))) {
      return Optional.of("It is in a directory that is nowhere.");
    }
    return child == 0 || isInStack(child)
        ? Optional.empty()
        : Optional.of("It leads to inode " + child + ", which is nowhere.");
  }

  private Optional<String> ownerFault(Stored one) throws IOException {
    return hasInode(layer, RecordShape.owner(one.key()))
        ? Optional.empty()
        : Optional.of("It is of an inode that is not in the layer.");
  }

  private Optional<String> referenceFault(Stored reference) throws IOException {
    Optional<String> fault = ownerFault(reference);
    long extent = RecordShape.extentOf(reference.value()).orElse(0);
    boolean isNowhere = extent != 0 && PlaceScan.living(meta, layer, extent).isEmpty();
    return fault.isEmpty() && isNowhere
        ? Optional.of("It leads to extent " + extent + ", which is nowhere.")
        : fault;
  }

  /** Records lie by their owners: what has one has the next one's, too, more often than not. */
  private boolean isOwnerInStack(long inode) throws IOException {
    if (inode != ownerInStack && isInStack(inode)) {
      ownerInStack = inode;
    }
    return inode == ownerInStack;
  }

  private boolean isInStack(long inode) throws IOException {
    if (hasInode(layer, inode)) {
      return true;
    }
    for (long lower : below) {
      if (hasInode(lower, inode)) {
        return true;
      }
    }
    return false;
  }

  private boolean hasInode(long ofLayer, long inode) throws IOException {
    return meta.get(Table.INODE, RecordShape.inodeKey(ofLayer, inode)).isPresent();
  }

  private boolean hasSession(int number) throws IOException {
    if (sessions.contains(number)) {
      return true;
    }
    boolean isThere = meta.get(Table.LAYER, RecordShape.sessionKey(layer, number)).isPresent();
    if (isThere) {
      sessions.add(number);
    }
    return isThere;
  }

  private void verifyCounts() throws IOException {
    for (long extent : PlaceScan.miscounted(meta, layer)) {
      String reason = "Its references are counted wrongly.";
      sink.found(ScrubFinding.of(Finding.Kind.DAMAGED, layerId, "extent " + extent, reason));
    }
  }
}
