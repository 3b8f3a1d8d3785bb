package ctrenc.overlay.layer;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a plain layer keeps of itself.
 *
 * <pre>
 * LAYER  layer | CEILING | 0 (8)           ->  version (1) | session (4) | first inode number that is not used (8)
 * LAYER  layer | HOST_TREE | tree (8)      ->  version (1) | session (4) | device of the tree's root (8)
 * LAYER  layer | HOST_DIRECTORY | inode (8) ->  version (1) | session (4) | state (1): 1 pending, 2 indexed | path (4 + n)
 * </pre>
 */
final class PlainRecords {

  static final int VERSION = 1;

  private static final int PENDING = 1;
  private static final int INDEXED = 2;
  private static final int PATH_LIMIT = 1 << 20;

  private PlainRecords() {}

  static InodeRecord withLinks(InodeRecord old, int links) {
    return new InodeRecord(
        old.mode(),
        old.uid(),
        old.gid(),
        old.rdev(),
        links,
        old.size(),
        old.lowerSize(),
        old.accessed(),
        old.modified(),
        old.changed(),
        old.born(),
        old.parent(),
        old.opaque(),
        old.body(),
        old.xattrs());
  }

  static void putCeiling(LayerTable table, RecordWriter out, long ceiling) throws IOException {
    putNumber(out, RecordType.CEILING, key(table, RecordType.CEILING, 0), ceiling);
  }

  /** Empty where nothing was ever indexed. */
  static OptionalLong ceiling(LayerTable table) throws IOException {
    return number(table, RecordType.CEILING, 0);
  }

  static void putTrees(LayerTable table, RecordWriter out, List<HostTree> trees)
      throws IOException {
    for (int tree = 0; tree < trees.size(); tree++) {
      byte[] key = key(table, RecordType.HOST_TREE, tree);
      putNumber(out, RecordType.HOST_TREE, key, trees.get(tree).device());
    }
  }

  /** The device of a tree's root when it was indexed. */
  static OptionalLong treeDevice(LayerTable table, int tree) throws IOException {
    return number(table, RecordType.HOST_TREE, tree);
  }

  static void putPending(LayerTable table, RecordWriter out, long directory, byte[] path)
      throws IOException {
    putDirectory(table, out, directory, PENDING, path);
  }

  static void putIndexed(LayerTable table, RecordWriter out, long directory) throws IOException {
    putDirectory(table, out, directory, INDEXED, new byte[0]);
  }

  /** The path of a directory that waits to be indexed; empty for any other. */
  static Optional<byte[]> pending(LayerTable table, long directory) throws IOException {
    byte[] key = key(table, RecordType.HOST_DIRECTORY, directory);
    Optional<byte[]> stored = table.state(RecordType.HOST_DIRECTORY, key, VERSION);
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    FieldReader in = new FieldReader(stored.get(), "host directory record of layer " + table.id());
    int state = in.getByte();
    byte[] path = in.getBlock(PATH_LIMIT);
    in.end();
    if (state != PENDING && state != INDEXED) {
      throw in.damaged("is neither pending nor indexed");
    }
    return state == PENDING ? Optional.of(path) : Optional.empty();
  }

  private static void putDirectory(
      LayerTable table, RecordWriter out, long directory, int state, byte[] path)
      throws IOException {
    byte[] value =
        new FieldWriter(1 + Integer.BYTES + path.length).putByte(state).putBlock(path).toBytes();
    byte[] key = key(table, RecordType.HOST_DIRECTORY, directory);
    out.putState(RecordType.HOST_DIRECTORY, key, VERSION, value);
  }

  private static void putNumber(RecordWriter out, RecordType type, byte[] key, long number)
      throws IOException {
    out.putState(type, key, VERSION, new FieldWriter(Long.BYTES).putLong(number).toBytes());
  }

  private static OptionalLong number(LayerTable table, RecordType type, long of)
      throws IOException {
    Optional<byte[]> stored = table.state(type, key(table, type, of), VERSION);
    if (stored.isEmpty()) {
      return OptionalLong.empty();
    }
    FieldReader in = new FieldReader(stored.get(), type + " record of layer " + table.id());
    long number = in.getSize();
    in.end();
    return OptionalLong.of(number);
  }

  private static byte[] key(LayerTable table, RecordType type, long number) {
    return RecordKeys.ofLayer(table.layer(), type, number);
  }
}
