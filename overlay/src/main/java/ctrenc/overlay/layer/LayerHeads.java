package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a layer remembers of the HEADs that were given out of its root, so that a later state proves
 * to be one that came after them. All of it is sealed and in the sum of the {@link StateRoot}: it
 * can be put into no older state. Stateless.
 *
 * <pre>
 * LAYER  layer | HEAD | start of the tag (8)     ->  see {@link HeadCodec}
 * LAYER  layer | HEAD_RULE | 0 (8)               ->  whether unlocking demands a HEAD (1)
 * LAYER  layer | MERGED | start of the UUID (8)  ->  UUID (16) of a layer that went into this one
 * </pre>
 */
public final class LayerHeads {

  public static final int TAG_SIZE = HeadCodec.TAG_SIZE;

  private static final int VERSION = 1;

  /**
   * A HEAD as its layer remembers it.
   *
   * @param tag what was given out
   * @param lowers the roots of the layers that were under it
   * @param nested what it says of subvolumes that were nested in this one
   */
  public record Head(byte[] tag, Map<UUID, byte[]> lowers, List<NestedHead> nested) {}

  private final LayerTable table;
  private final StateRoot state;

  LayerHeads(LayerTable table, StateRoot state) {
    this.table = table;
    this.state = state;
  }

  /** The state root of a layer, of zeros where it has none. */
  public byte[] root() throws IOException {
    return state.root();
  }

  /** Gives a HEAD of the layer as it is now out, and remembers it; nothing is durable yet. */
  public byte[] issue(Map<UUID, byte[]> lowers, List<NestedHead> nested) throws IOException {
    byte[] besides = HeadCodec.encode(lowers, nested);
    byte[] tag = Arrays.copyOf(state.mac(besides), TAG_SIZE);
    put(new Head(tag, lowers, nested));
    return tag;
  }

  /** Takes over what another layer remembers, which is to go into this one. */
  public void takeOver(LayerHeads merged) throws IOException {
    for (Head head : merged.all()) {
      put(head);
    }
    for (UUID gone : merged.merged()) {
      putMerged(gone);
    }
    putMerged(merged.table.id());
    Optional<Boolean> rule = merged.isDemanded();
    if (rule.isPresent() && isDemanded().isEmpty()) {
      demand(rule.get());
    }
  }

  /** What is remembered of a HEAD that was given out. */
  public Optional<Head> find(byte[] tag) throws IOException {
    byte[] key = key(RecordType.HEAD, ByteBuffer.wrap(tag).getLong());
    Optional<byte[]> stored = table.state(RecordType.HEAD, key, HeadCodec.NEWEST);
    return stored.isEmpty()
        ? Optional.empty()
        : Optional.of(HeadCodec.decode(reader(stored.get())))
            .filter(head -> Arrays.equals(head.tag(), tag));
  }

  /** The layers that went into this one. */
  public List<UUID> merged() throws IOException {
    List<UUID> merged = new ArrayList<>();
    for (byte[] stored : all(RecordType.MERGED, VERSION)) {
      merged.add(new FieldReader(stored, "merged layer of layer " + table.id()).getId());
    }
    return merged;
  }

  /** Whether unlocking demands a HEAD, if this layer says anything of it. */
  public Optional<Boolean> isDemanded() throws IOException {
    byte[] key = key(RecordType.HEAD_RULE, 0);
    Optional<byte[]> stored = table.state(RecordType.HEAD_RULE, key, VERSION);
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    FieldReader in = new FieldReader(stored.get(), "rule of layer " + table.id());
    return Optional.of(in.getFlag());
  }

  public void demand(boolean isDemanded) throws IOException {
    byte[] value = new FieldWriter(1).putByte(isDemanded ? 1 : 0).toBytes();
    put(RecordType.HEAD_RULE, 0, VERSION, value);
  }

  private List<Head> all() throws IOException {
    List<Head> heads = new ArrayList<>();
    for (byte[] stored : all(RecordType.HEAD, HeadCodec.NEWEST)) {
      heads.add(HeadCodec.decode(reader(stored)));
    }
    return heads;
  }

  private FieldReader reader(byte[] stored) {
    return new FieldReader(stored, "HEAD of layer " + table.id());
  }

  private List<byte[]> all(RecordType type, int version) throws IOException {
    List<byte[]> keys = new ArrayList<>();
    byte[] from = RecordKeys.ofLayer(table.layer(), type);
    byte[] to = from.clone();
    to[to.length - 1]++;
    try (MetaCursor cursor = table.meta().scan(Table.LAYER, from, to)) {
      while (cursor.next()) {
        keys.add(cursor.key());
      }
    }
    List<byte[]> found = new ArrayList<>();
    for (byte[] key : keys) {
      table.state(type, key, version).ifPresent(found::add);
    }
    return found;
  }

  private void put(Head head) throws IOException {
    byte[] besides = HeadCodec.encode(head.lowers(), head.nested());
    byte[] value =
        new FieldWriter(TAG_SIZE + besides.length).putBytes(head.tag()).putBytes(besides).toBytes();
    long number = ByteBuffer.wrap(head.tag()).getLong();
    put(RecordType.HEAD, number, HeadCodec.version(head.nested()), value);
  }

  private void putMerged(UUID gone) throws IOException {
    put(
        RecordType.MERGED,
        gone.getMostSignificantBits(),
        VERSION,
        new FieldWriter(2 * Long.BYTES).putId(gone).toBytes());
  }

  private void put(RecordType type, long number, int version, byte[] value) throws IOException {
    try (MetaBatch batch = table.meta().batch()) {
      RecordWriter writer = table.writer(batch);
      writer.putState(type, key(type, number), version, value);
      table.commit(batch, writer);
    }
  }

  private byte[] key(RecordType type, long number) {
    return RecordKeys.ofLayer(table.layer(), type, number);
  }
}
