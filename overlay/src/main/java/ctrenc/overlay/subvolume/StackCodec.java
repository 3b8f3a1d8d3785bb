package ctrenc.overlay.subvolume;

import static ctrenc.overlay.subvolume.CatalogFields.count;
import static ctrenc.overlay.subvolume.CatalogFields.getInstant;
import static ctrenc.overlay.subvolume.CatalogFields.getText;
import static ctrenc.overlay.subvolume.CatalogFields.idOf;
import static ctrenc.overlay.subvolume.CatalogFields.open;
import static ctrenc.overlay.subvolume.CatalogFields.putInstant;
import static ctrenc.overlay.subvolume.CatalogFields.putText;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The records of stacks in table CATALOG, in the terms of {@link CatalogCodec}.
 *
 * <pre>
 * key 4 | subvolume UUID (16)  value: version (1) | name text | created (12) | base (1): 1 empty, 2 image | UUID (16),
 *                                     3 host tree | path text | throwaway (1) | doomed (1) | stack
 * key 5 | snapshot UUID (16)   value: version (1) | subvolume UUID (16) | name text | created (12) | stack
 *
 * stack = layers (4), top first, each number (8) | wrapped key bytes
 * </pre>
 */
final class StackCodec {

  private static final int BYTES_LIMIT = 1 << 20;
  private static final int EMPTY = 1;
  private static final int ON_IMAGE = 2;
  private static final int ON_HOST_TREE = 3;

  private StackCodec() {}

  static byte[] encode(SubvolumeRecord subvolume) {
    FieldWriter out = new FieldWriter(512).putByte(CatalogCodec.VERSION);
    putText(out, subvolume.name());
    putInstant(out, subvolume.created());
    switch (subvolume.base()) {
      case Base.Empty empty -> out.putByte(EMPTY);
      case Base.Image(UUID image) -> out.putByte(ON_IMAGE).putId(image);
      case Base.HostTree(Path directory) ->
          putText(out.putByte(ON_HOST_TREE), directory.toString());
    }
    out.putByte(subvolume.throwaway() ? 1 : 0).putByte(subvolume.doomed() ? 1 : 0);
    putStack(out, subvolume.stack());
    return out.toBytes();
  }

  static SubvolumeRecord decodeSubvolume(byte[] key, byte[] value)
      throws DamagedException, FormatTooNewException {
    UUID id = idOf(key);
    FieldReader in = open(value, "subvolume " + id);
    String name = getText(in);
    Instant created = getInstant(in);
    Base base = getBase(in);
    boolean throwaway = in.getFlag();
    boolean doomed = in.getFlag();
    return new SubvolumeRecord(id, name, base, created, throwaway, doomed, getStack(in));
  }

  private static Base getBase(FieldReader in) throws DamagedException {
    int kind = in.getByte();
    return switch (kind) {
      case EMPTY -> new Base.Empty();
      case ON_IMAGE -> new Base.Image(in.getId());
      case ON_HOST_TREE -> new Base.HostTree(getPath(in));
      default -> throw in.damaged("has an unknown base");
    };
  }

  private static Path getPath(FieldReader in) throws DamagedException {
    try {
      return Path.of(getText(in));
    } catch (InvalidPathException e) {
      throw in.damaged("names a path that this process's locale cannot express");
    }
  }

  static byte[] encode(SnapshotRecord snapshot) {
    FieldWriter out = new FieldWriter(512).putByte(CatalogCodec.VERSION);
    putText(out.putId(snapshot.subvolume()), snapshot.name());
    putStack(putInstant(out, snapshot.created()), snapshot.stack());
    return out.toBytes();
  }

  static SnapshotRecord decodeSnapshot(byte[] key, byte[] value)
      throws DamagedException, FormatTooNewException {
    UUID id = idOf(key);
    FieldReader in = open(value, "snapshot " + id);
    UUID subvolume = in.getId();
    String name = getText(in);
    Instant created = getInstant(in);
    return new SnapshotRecord(id, subvolume, name, created, getStack(in));
  }

  private static void putStack(FieldWriter out, List<SubvolumeRecord.Level> stack) {
    out.putInt(stack.size());
    for (SubvolumeRecord.Level level : stack) {
      out.putLong(level.layer()).putBlock(level.wrappedKey());
    }
  }

  /** The stack ends its record. */
  private static List<SubvolumeRecord.Level> getStack(FieldReader in) throws DamagedException {
    List<SubvolumeRecord.Level> stack = new ArrayList<>();
    for (int left = count(in, Long.BYTES + Integer.BYTES); left > 0; left--) {
      stack.add(new SubvolumeRecord.Level(in.getSize(), in.getBlock(BYTES_LIMIT)));
    }
    in.end();
    if (stack.isEmpty()) {
      throw in.damaged("has no layers");
    }
    return List.copyOf(stack);
  }
}
