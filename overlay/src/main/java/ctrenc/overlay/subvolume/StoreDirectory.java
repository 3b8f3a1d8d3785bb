package ctrenc.overlay.subvolume;

import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.audit.Audit;
import ctrenc.overlay.extent.LayerFolder;
import ctrenc.overlay.extent.LostExtents;
import ctrenc.overlay.layer.HostFileCache;
import ctrenc.overlay.layer.RecordCache;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.RocksMetaStore;
import ctrenc.overlay.meta.RocksTuning;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.DiskStorage;
import ctrenc.overlay.storage.StateLock;
import ctrenc.overlay.storage.Storage;
import ctrenc.overlay.storage.StoreHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * A store in a state directory:
 *
 * <pre>
 * store               who the store is, and what a release must understand
 * lock                held while the store is open
 * meta/               RocksDB: records of all layers, and the catalog
 * segments/LAYER/     segment files of one encrypted layer, by its UUID
 * images/TREE/        unpacked image trees
 * keys/SUBVOLUME      what unlocks a persistent subvolume
 * </pre>
 *
 * Thread-safe.
 */
public final class StoreDirectory implements Store {

  private static final String META = "meta";
  private static final String SEGMENTS = "segments";
  private static final String IMAGES = "images";
  private static final String KEYS = "keys";
  private static final int OPEN_HOST_FILES = 1024;
  private static final long LARGEST_CACHE = 256L << 20;
  private static final int CACHE_SHARE = 8;

  private final Resources resources;
  private final StoredImages images;
  private final StackKeeping stacks;
  private final Protectors protectors;

  private StoreDirectory(
      Resources resources, StoredImages images, StackKeeping stacks, Protectors protectors) {
    this.resources = resources;
    this.images = images;
    this.stacks = stacks;
    this.protectors = protectors;
  }

  /**
   * Opens the store in a directory, or makes the directory and a store in it; other files there
   * stay as they are. What throwaway subvolumes and interrupted imports or removals of an earlier
   * process left behind is removed.
   *
   * @param memory where keys lie
   * @throws ctrenc.overlay.storage.StoreBusyException if a process holds it
   * @throws ctrenc.overlay.storage.FormatTooNewException if a newer release wrote it
   */
  public static StoreDirectory open(Path directory, Audit audit, SecretMemory memory)
      throws IOException {
    return open(new StorePlace(directory, List.of()), audit, memory, Inheritance.none());
  }

  /** The same, with throwaway subvolumes that are still in use. */
  public static StoreDirectory open(
      StorePlace place, Audit audit, SecretMemory memory, Inheritance inheritance)
      throws IOException {
    return open(place, audit, memory, Entropy.system(), inheritance, Seams.OF_A_STORE);
  }

  /** The same with another source of randomness. */
  public static StoreDirectory open(
      Path directory, Audit audit, SecretMemory memory, Entropy entropy) throws IOException {
    StorePlace place = new StorePlace(directory, List.of());
    return open(place, audit, memory, entropy, Inheritance.none(), Seams.OF_A_STORE);
  }

  /** The same, whose calls of disk and records something sees. */
  static StoreDirectory watched(Path directory, SecretMemory memory, Seams seams)
      throws IOException {
    StorePlace place = new StorePlace(directory, List.of());
    return open(place, finding -> {}, memory, Entropy.system(), Inheritance.none(), seams);
  }

  private static StoreDirectory open(
      StorePlace place,
      Audit audit,
      SecretMemory memory,
      Entropy entropy,
      Inheritance inheritance,
      Seams seams)
      throws IOException {
    Resources resources = new Resources();
    try {
      return open(place, audit, memory, entropy, inheritance, seams, resources);
    } catch (IOException | RuntimeException e) {
      resources.close();
      throw e;
    }
  }

  private static StoreDirectory open(
      StorePlace place,
      Audit audit,
      SecretMemory memory,
      Entropy entropy,
      Inheritance inheritance,
      Seams seams,
      Resources resources)
      throws IOException {
    Path directory = place.directory();
    createPrivately(directory);
    resources.add(StateLock.acquire(directory));
    Storage storage = seams.storage().apply(resources.add(DiskStorage.open(directory)));
    checkHeader(storage, entropy);
    storage.createDirectory(META);
    storage.createDirectory(SEGMENTS);
    storage.createDirectory(IMAGES);
    storage.createDirectory(KEYS);
    storage.syncDirectory("");
    MetaStore meta =
        seams
            .meta()
            .apply(
                resources.add(
                    RocksMetaStore.open(
                        directory.resolve(META),
                        RocksTuning.standard(),
                        new LostExtents(storage, SEGMENTS))));
    HostFileCache openFiles = resources.add(new HostFileCache(OPEN_HOST_FILES));
    SegmentExtents extents =
        resources.add(new SegmentExtents(storage, SEGMENTS, meta, audit, memory, entropy));
    StoreParts parts =
        new StoreParts(
            place,
            storage,
            meta,
            extents,
            new KeySlots(storage, KEYS),
            new RecordCache(
                Math.min(LARGEST_CACHE, Runtime.getRuntime().maxMemory() / CACHE_SHARE)),
            openFiles,
            audit,
            entropy,
            memory);
    return assemble(parts, inheritance, resources);
  }

  private static StoreDirectory assemble(
      StoreParts parts, Inheritance inheritance, Resources resources) throws IOException {
    TreeFolder folder = new TreeFolder(parts.directory().resolve(IMAGES));
    StackKeeping stacks = resources.add(StackKeeping.open(parts, folder, inheritance));
    StoredImages images = new StoredImages(parts, stacks.catalog(), folder, stacks.remover());
    return new StoreDirectory(resources, images, stacks, stacks.protectors());
  }

  private static void createPrivately(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  /**
   * A store without its header is none of ours to overwrite; one without its records would lose all
   * else as unclaimed.
   */
  private static void checkHeader(Storage storage, Entropy entropy) throws IOException {
    boolean hasRecords = !storage.list(META).isEmpty();
    if (storage.exists(StoreHeader.NAME)) {
      StoreHeader header = StoreHeader.read(storage);
      boolean hasData =
          !storage.list(SEGMENTS).isEmpty()
              || !storage.list(LayerFolder.parts(SEGMENTS)).isEmpty()
              || !storage.list(IMAGES).isEmpty();
      if (hasData && !hasRecords) {
        throw new DamagedException("The state directory holds data but no records; restore meta/.");
      }
      if ((header.features() & StoreHeader.STATE_ROOTS) == 0) {
        new StoreHeader(header.id(), header.features() | StoreHeader.STATE_ROOTS).write(storage);
      }
      return;
    }
    if (hasRecords) {
      throw new DamagedException("The state directory holds records but no store header.");
    }
    byte[] id = new byte[StoreHeader.ID_LENGTH];
    entropy.fill(id);
    StoreHeader.fresh(id).write(storage);
  }

  @Override
  public Images images() {
    return images;
  }

  @Override
  public Subvolumes subvolumes() {
    return stacks.subvolumes();
  }

  @Override
  public Snapshots snapshots() {
    return stacks.snapshots();
  }

  @Override
  public Flattens flattens() {
    return stacks.flattens();
  }

  @Override
  public CheckReport check() throws IOException {
    return stacks.check();
  }

  @Override
  public Protectors protectors() {
    return protectors;
  }

  @Override
  public Upkeep upkeep() {
    return stacks.upkeep();
  }

  @Override
  public Transfers transfers() {
    return stacks.transfers();
  }

  @Override
  public void close() throws IOException {
    resources.close();
  }
}
