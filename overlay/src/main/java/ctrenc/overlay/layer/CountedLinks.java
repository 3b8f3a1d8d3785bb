package ctrenc.overlay.layer;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Counts the names that an index of whole trees meets, since names outside of the trees do not
 * show. Not thread-safe.
 */
final class CountedLinks implements HardLinks {

  private static final class Linked {
    private final HostEntry first;
    private final long inode;
    private int names = 1;

    Linked(HostEntry first, long inode) {
      this.first = first;
      this.inode = inode;
    }
  }

  private final Map<HostId, Linked> met = new HashMap<>();

  @Override
  public OptionalLong meet(RecordWriter out, HostEntry entry) throws IOException {
    Linked linked = met.get(entry.id());
    if (linked == null) {
      return OptionalLong.empty();
    }
    linked.names++;
    out.putInode(linked.inode, HostRecords.of(linked.first, 0, linked.names));
    return OptionalLong.of(linked.inode);
  }

  @Override
  public int add(RecordWriter out, HostEntry entry, long inode) {
    met.put(entry.id(), new Linked(entry, inode));
    return 1;
  }
}
