package ctrenc.overlay.subvolume;

import static ctrenc.overlay.subvolume.CatalogFields.idOf;
import static ctrenc.overlay.subvolume.CatalogFields.open;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.nest.Limits;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Which subvolumes of a store hang in which others, which snapshots of nested ones were taken with
 * those of what they hang in, and what subvolumes may use: records of table CATALOG, in the terms
 * of {@link CatalogCodec}, changed together with those of the subvolumes. Thread-safe.
 *
 * <pre>
 * key 16 | subvolume UUID (16)  value: version (1) | parent UUID (16) | inode of the anchor (8) | place (4)
 * key 17 | subvolume UUID (16)  value: version (1) | most bytes (8) | most inodes (8), 0 for no limit,
 *                                 both as set from outside; version 2, of a nested one, behind them:
 *                                 | most bytes (8) | most inodes (8) as set from outside
 * key 18 | snapshot UUID (16)   value: as of key 16, with the UUID of the parent's snapshot
 * </pre>
 */
final class NestCatalog {

  private static final byte NESTED = 16;
  private static final byte LIMITS = 17;
  private static final byte PART = 18;

  /** Of limits that those inside may set: an earlier release would let them pass the bound. */
  private static final int BOUNDED = 2;

  private final Map<UUID, NestRecord> nests = new ConcurrentHashMap<>();
  private final Map<UUID, NestRecord> parts = new ConcurrentHashMap<>();
  private final Map<UUID, BoundedLimits> limits = new ConcurrentHashMap<>();

  static NestCatalog read(MetaStore meta) throws IOException {
    NestCatalog catalog = new NestCatalog();
    try (MetaCursor cursor = meta.scan(Table.CATALOG, new byte[] {NESTED}, new byte[] {PART + 1})) {
      while (cursor.next()) {
        catalog.add(cursor.key(), cursor.value());
      }
    }
    return catalog;
  }

  private void add(byte[] key, byte[] value) throws IOException {
    UUID id = idOf(key);
    switch (key[0]) {
      case NESTED -> nests.put(id, decode(key, value));
      case PART -> parts.put(id, decode(key, value));
      default -> limits.put(id, decodeLimits(id, value));
    }
  }

  static BoundedLimits decodeLimits(UUID id, byte[] value)
      throws DamagedException, FormatTooNewException {
    FieldReader in = new FieldReader(value, "catalog record of limits of subvolume " + id);
    boolean isBounded = in.version(BOUNDED) == BOUNDED;
    Limits found = new Limits(in.getSize(), in.getSize());
    Limits bound = isBounded ? new Limits(in.getSize(), in.getSize()) : found;
    in.end();
    return new BoundedLimits(found, bound);
  }

  static byte[] encode(BoundedLimits most, boolean isNested) {
    boolean isBounded = isNested || !most.bound().equals(most.limits());
    FieldWriter out = new FieldWriter(64).putByte(isBounded ? BOUNDED : CatalogCodec.VERSION);
    out.putLong(most.limits().bytes()).putLong(most.limits().inodes());
    if (isBounded) {
      out.putLong(most.bound().bytes()).putLong(most.bound().inodes());
    }
    return out.toBytes();
  }

  /** Those in force of a subvolume, nested or not. */
  Limits limits(UUID id) {
    return bounded(id).limits();
  }

  BoundedLimits bounded(UUID id) {
    return limits.getOrDefault(id, BoundedLimits.NONE);
  }

  void put(CatalogEdit edit, UUID id, BoundedLimits most) {
    byte[] value = encode(most, nests.containsKey(id));
    edit.put(CatalogCodec.key(LIMITS, id), value, () -> limits.put(id, most));
  }

  static byte[] encode(NestRecord nest) {
    return new FieldWriter(64)
        .putByte(CatalogCodec.VERSION)
        .putId(nest.parent())
        .putLong(nest.anchor())
        .putInt(nest.place())
        .toBytes();
  }

  static NestRecord decode(byte[] key, byte[] value)
      throws DamagedException, FormatTooNewException {
    UUID id = idOf(key);
    FieldReader in = open(value, "nested subvolume " + id);
    NestRecord nest = new NestRecord(id, in.getId(), in.getSize(), in.getInt());
    in.end();
    if (nest.place() <= 0) {
      throw in.damaged("has an impossible place");
    }
    return nest;
  }

  void put(CatalogEdit edit, NestRecord nest) {
    byte[] key = CatalogCodec.key(NESTED, nest.id());
    edit.put(key, encode(nest), () -> nests.put(nest.id(), nest));
  }

  /** A snapshot that is part of another one: both ids are of snapshots. */
  void putPart(CatalogEdit edit, NestRecord part) {
    edit.put(CatalogCodec.key(PART, part.id()), encode(part), () -> parts.put(part.id(), part));
  }

  /** Forgets where a subvolume hangs, if it is nested, and its limits. */
  void remove(CatalogEdit edit, UUID id) {
    if (limits.containsKey(id)) {
      edit.remove(CatalogCodec.key(LIMITS, id), () -> limits.remove(id));
    }
    if (nests.containsKey(id)) {
      edit.remove(CatalogCodec.key(NESTED, id), () -> nests.remove(id));
    }
  }

  /** Forgets what a snapshot is part of, if it is. */
  void removePart(CatalogEdit edit, UUID snapshot) {
    if (parts.containsKey(snapshot)) {
      edit.remove(CatalogCodec.key(PART, snapshot), () -> parts.remove(snapshot));
    }
  }

  Optional<NestRecord> find(UUID id) {
    return Optional.ofNullable(nests.get(id));
  }

  /** The one that a subvolume is nested in at some depth and that is in no other, or itself. */
  UUID rootOf(UUID id) throws DamagedException {
    return findRoot(id)
        .orElseThrow(() -> new DamagedException("Subvolume " + id + " is nested in itself."));
  }

  /** The same; empty for one that is nested in itself. */
  Optional<UUID> findRoot(UUID id) {
    UUID root = id;
    int steps = 0;
    for (NestRecord nest = nests.get(root); nest != null; nest = nests.get(root)) {
      root = nest.parent();
      steps++;
      if (steps > nests.size()) {
        return Optional.empty();
      }
    }
    return Optional.of(root);
  }

  List<NestRecord> nests() {
    return List.copyOf(nests.values());
  }

  /** Those of snapshots that are part of others. */
  List<NestRecord> parts() {
    return List.copyOf(parts.values());
  }

  /** The subvolumes that have limits. */
  Set<UUID> limited() {
    return Set.copyOf(limits.keySet());
  }

  /** All that are nested in a subvolume, at any depth, each after the one it is nested in. */
  List<NestRecord> within(UUID top) {
    return within(nests, top);
  }

  /** A subvolume and all that are nested in it, in the order in which their guards are taken. */
  List<UUID> withNested(UUID top) {
    List<UUID> all = new ArrayList<>(List.of(top));
    // What is nested has a higher place than what has it.
    within(top).stream()
        .sorted(Comparator.comparingInt(NestRecord::place))
        .forEach(nest -> all.add(nest.id()));
    return all;
  }

  /** All snapshots that are part of one, at any depth, each after the one it is part of. */
  List<NestRecord> partsWithin(UUID snapshot) {
    return within(parts, snapshot);
  }

  private static List<NestRecord> within(Map<UUID, NestRecord> all, UUID top) {
    Map<UUID, List<NestRecord>> byParent =
        all.values().stream().collect(Collectors.groupingBy(NestRecord::parent));
    List<NestRecord> found = new ArrayList<>();
    List<UUID> next = new ArrayList<>(List.of(top));
    for (int i = 0; i < next.size(); i++) {
      // Removed, so that a damaged record which leads in a circle is followed once.
      List<NestRecord> children = byParent.remove(next.get(i));
      if (children != null) {
        found.addAll(children);
        children.forEach(child -> next.add(child.id()));
      }
    }
    return found;
  }
}
