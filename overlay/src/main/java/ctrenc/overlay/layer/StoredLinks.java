package ctrenc.overlay.layer;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds files again that a lazy index met under another name, also before the last opening. Their
 * number of names is the host's, since not all of them have been seen. Not thread-safe.
 *
 * <pre>
 * LAYER  layer | HOST_LINK | device (8) | host inode (8)  ->  version (1) | session (4) | inode (8)
 * </pre>
 */
final class StoredLinks implements HardLinks {

  static final int VERSION = 1;

  private final LayerTable table;

  /** What is not committed yet. */
  private final Map<HostId, Long> fresh = new HashMap<>();

  StoredLinks(LayerTable table) {
    this.table = table;
  }

  @Override
  public OptionalLong meet(RecordWriter out, HostEntry entry) throws IOException {
    Long inode = fresh.get(entry.id());
    if (inode != null) {
      return OptionalLong.of(inode);
    }
    Optional<byte[]> stored = table.state(RecordType.HOST_LINK, key(entry.id()), VERSION);
    if (stored.isEmpty()) {
      return OptionalLong.empty();
    }
    FieldReader in = new FieldReader(stored.get(), "hard link record of layer " + table.id());
    long known = in.getSize();
    in.end();
    return OptionalLong.of(known);
  }

  @Override
  public int add(RecordWriter out, HostEntry entry, long inode) throws IOException {
    byte[] value = new FieldWriter(Long.BYTES).putLong(inode).toBytes();
    out.putState(RecordType.HOST_LINK, key(entry.id()), VERSION, value);
    fresh.put(entry.id(), inode);
    return entry.status().links();
  }

  private byte[] key(HostId id) {
    return RecordKeys.ofLayer(table.layer(), RecordType.HOST_LINK, id.device(), id.inode());
  }
}
