package ctrenc.overlay.subvolume;

import ctrenc.crypto.protector.Protector;
import ctrenc.overlay.ring.RootMemory;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongPredicate;

/** The subvolumes of a store. Thread-safe. */
public interface Subvolumes {

  /**
   * Pushes a fresh upper with a fresh layer key on {@code base}. Without protectors the subvolume
   * is throwaway: its KEK is never on a disk. It is unlocked when this returns.
   *
   * @throws AlreadyExistsException if the name is taken
   */
  default SubvolumeInfo create(String name, Base base, List<Protector> protectors)
      throws IOException {
    return createProtected(name, base, protectors.stream().map(List::of).toList());
  }

  /**
   * The same, opened by any of these groups; of a group all members are needed.
   *
   * @throws AlreadyExistsException if the name is taken
   */
  SubvolumeInfo createProtected(String name, Base base, List<List<Protector>> anyOf)
      throws IOException;

  /**
   * Makes a subvolume that goes on from what another one holds at this instant, with an upper and a
   * KEK of its own; the origin may be in use, and goes on with a fresh upper under a fresh key. The
   * new KEK wraps the keys of the layers that both share, too: who opens the fork reads what the
   * origin held, and nothing that it writes later.
   *
   * @throws ctrenc.overlay.storage.KeyAbsentException if the origin is locked
   */
  SubvolumeInfo fork(UUID origin, String name, List<Protector> protectors) throws IOException;

  /**
   * Gives a subvolume a fresh upper under a fresh layer key, while it may be in use: what is
   * written from now on is under that key. What was written before stays as it is.
   *
   * @throws ctrenc.overlay.storage.KeyAbsentException if it is locked
   */
  void rotate(UUID id) throws IOException;

  List<SubvolumeInfo> list();

  /** By name, id, or a prefix of the id that only one subvolume has. */
  Optional<SubvolumeInfo> find(String reference);

  /**
   * Brings the keys of a persistent subvolume into memory.
   *
   * @throws WrongSecretException if none of the protectors opens it
   * @throws RolledBackException if the root demands a HEAD
   */
  default void unlock(UUID id, List<Protector> protectors) throws IOException {
    unlock(id, protectors, HeadDemand.NONE);
  }

  /**
   * The same, if what is stored meets the demand; else it stays as it was.
   *
   * @throws WrongSecretException if none of the protectors opens it
   * @throws RolledBackException if it does not come after the HEAD, or if the root demands one
   */
  void unlock(UUID id, List<Protector> protectors, HeadDemand demand) throws IOException;

  /** Their HEADs. */
  Heads heads();

  /**
   * Wipes the keys of a persistent subvolume. Does nothing where it is locked.
   *
   * @throws InUseException while its filesystem is open
   */
  void lock(UUID id) throws IOException;

  /**
   * Wipes the keys of a nested subvolume and of all that are nested in it, whoever uses them. They
   * do not come back with those of what it is nested in, but for {@link #unlockNested} and, where
   * it has no protectors of its own, for the end of the process.
   *
   * @throws InUseException if nothing would bring them back, because the subvolume is throwaway
   */
  void lockNested(UUID id) throws IOException;

  /**
   * Lets a nested subvolume, and all that are nested in it, be used again. One with protectors of
   * its own is opened by those that are given; those in it that have some stay locked.
   *
   * @throws WrongSecretException if it has protectors, and none that is given opens it
   * @throws RolledBackException if the HEAD that its root was unlocked with demands more of it
   * @throws ctrenc.overlay.storage.KeyAbsentException if what it is nested in is locked
   */
  default void unlockNested(UUID id, List<Protector> protectors) throws IOException {
    unlockNested(id, protectors, HeadDemand.NONE);
  }

  /**
   * The same, if what is stored meets the demand; else it stays as it was.
   *
   * @throws WrongSecretException if it has protectors, and none that is given opens it
   * @throws RolledBackException if it does not come after the HEAD, or after that of its root
   * @throws ctrenc.overlay.storage.KeyAbsentException if what it is nested in is locked
   */
  void unlockNested(UUID id, List<Protector> protectors, HeadDemand demand) throws IOException;

  /**
   * Lets no more files of a nested subvolume, of all that are nested in it, and of their snapshots
   * be opened, with ENOKEY; or again. What is open goes on. Locking it ends that, and so does
   * {@link FileSystem#refuseOpens} of its root.
   */
  void refuseNestedOpens(UUID id, boolean refused) throws IOException;

  /**
   * Which inode numbers, in the root that a nested subvolume is in and in snapshots of that, are of
   * the nested one and of all in it.
   */
  LongPredicate inodesOf(UUID nested);

  /**
   * Makes a throwaway subvolume persistent: from then on, all of these protectors together open it.
   * Does nothing where it is persistent.
   *
   * @throws ctrenc.overlay.storage.KeyAbsentException if it is locked
   */
  void keep(UUID id, List<Protector> protectors) throws IOException;

  /**
   * The filesystem of an unlocked subvolume: one per subvolume, until it is closed. The caller
   * closes it after its mounts have ended.
   *
   * @throws ctrenc.overlay.storage.KeyAbsentException if it is locked
   */
  default FileSystem open(UUID id) throws IOException {
    return open(id, Optional.empty());
  }

  /**
   * The same, with memory that outlives this process. Where an earlier one left it, the filesystem
   * goes on where that stopped, and every byte that it had taken is stored when this returns. The
   * caller closes the memory after the filesystem.
   */
  FileSystem open(UUID id, Optional<RootMemory> memory) throws IOException;

  /**
   * The KEK of an unlocked subvolume, wrapped so that {@code heir} opens it in a later process: see
   * {@link Inheritance}.
   */
  byte[] handOver(UUID id, Protector heir) throws IOException;

  SubvolumeUsage usage(UUID id) throws IOException;

  Quotas quotas();

  /**
   * The sealed layers of a subvolume, of its snapshots and of all that is nested in it, the oldest
   * first, and whoever has their keys. Needs no key.
   */
  List<SealedLayer> sealedLayers(UUID id) throws IOException;

  /**
   * Drops the keys, then the records and segment files, its snapshots' among them; layers that a
   * fork shares stay the fork's. Its filesystem must be closed before. Needs no key.
   *
   * @return the keys that went with it
   * @throws InUseException while it or a snapshot of it is open
   */
  KeyLoss destroy(UUID id) throws IOException;
}
