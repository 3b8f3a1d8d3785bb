package ctrenc.overlay.layer;

import ctrenc.overlay.extent.ExtentGoneException;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.UnreadableException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Opens every record of a layer and every byte that its references point at, a little at each call
 * of {@link EncryptedLayer#openSome}: between two calls the layer may be closed, locked, and opened
 * again. Not thread-safe.
 */
public final class SealScrub {

  /** The references come last, because with them the data is read. */
  private static final List<Table> TABLES =
      List.of(Table.INODE, Table.ENTRY, Table.ORPHAN, Table.REFERENCE);

  private static final int PAGE = 256;

  private record Stored(byte[] key, byte[] value) {}

  private final SealSink sink;
  private final boolean isWithData;
  private int current;
  private byte[] next;

  /**
   * Of the layer with this number in its store.
   *
   * @param fromInode of references; 0 opens the other records too
   */
  public SealScrub(long layer, long fromInode, SealSink sink) {
    this(layer, fromInode, true, sink);
  }

  /** Of records alone, and not of the data that they refer to. */
  public static SealScrub ofRecords(long layer, SealSink sink) {
    return new SealScrub(layer, 0, false, sink);
  }

  private SealScrub(long layer, long fromInode, boolean isWithData, SealSink sink) {
    this.sink = sink;
    this.isWithData = isWithData;
    this.current = fromInode == 0 ? 0 : TABLES.size() - 1;
    this.next = RecordKeys.inode(layer, fromInode);
  }

  /** Opens about {@code budget} bytes; false if nothing is left. */
  boolean step(LayerTable table, ExtentStore extents, long budget) throws IOException {
    long left = budget;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(ExtentStore.MAX_LENGTH);
      while (left > 0 && current < TABLES.size()) {
        List<Stored> page = page(table);
        for (Stored one : page) {
          left -= open(table, extents, one, memory);
          next = Arrays.copyOf(one.key(), one.key().length + 1);
          if (left <= 0) {
            return true;
          }
        }
        if (page.size() < PAGE) {
          current++;
          next = RecordKeys.layer(table.layer());
        }
      }
    }
    return current < TABLES.size();
  }

  private List<Stored> page(LayerTable table) throws IOException {
    List<Stored> page = new ArrayList<>();
    byte[] end = RecordKeys.layer(table.layer() + 1);
    try (MetaCursor cursor = table.meta().scan(TABLES.get(current), next, end)) {
      while (page.size() < PAGE && cursor.next()) {
        page.add(new Stored(cursor.key(), cursor.value()));
      }
    }
    return page;
  }

  /** Returns how many bytes it took. */
  private long open(LayerTable table, ExtentStore extents, Stored one, MemorySegment memory)
      throws IOException {
    boolean isReference = TABLES.get(current) == Table.REFERENCE;
    long inode = RecordShape.owner(one.key());
    long data = 0;
    try {
      switch (TABLES.get(current)) {
        case INODE -> table.readInode(one.key(), one.value());
        case ENTRY -> table.readEntry(one.key(), one.value());
        case ORPHAN -> table.readOrphan(one.key(), one.value());
        default -> data = openRun(table, extents, one, memory);
      }
    } catch (UnreadableException e) {
      sink.failed(inode, TABLES.get(current), one.key(), e);
    }
    sink.opened(isReference ? inode : 0, data);
    return one.value().length + data;
  }

  private long openRun(LayerTable table, ExtentStore extents, Stored one, MemorySegment memory)
      throws IOException {
    FileRun run = table.readRun(one.key(), one.value());
    if (!isWithData || !(run instanceof FileRun.Data data)) {
      return 0;
    }
    long extent = data.reference().extent();
    try {
      extents.read(data.reference(), 0, memory.asSlice(0, data.length()));
      return data.length();
    } catch (UnreadableException e) {
      sink.failed(RecordShape.owner(one.key()), extent, e);
    } catch (ExtentGoneException e) {
      Optional<byte[]> now = table.meta().get(Table.REFERENCE, one.key());
      if (now.isPresent() && Arrays.equals(now.get(), one.value())) {
        throw new DamagedException(
            "Extent %d, which the file refers to, is not there.".formatted(extent), e);
      }
    }
    return 0;
  }
}
