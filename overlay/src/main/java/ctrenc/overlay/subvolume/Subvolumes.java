package ctrenc.overlay.subvolume;

import ctrenc.crypto.protector.Protector;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The subvolumes of a store. Thread-safe. */
public interface Subvolumes {

  /**
   * Pushes a fresh upper with a fresh layer key on {@code base}. Without protectors the subvolume
   * is throwaway: its KEK is never on a disk. It is unlocked when this returns.
   *
   * @throws AlreadyExistsException if the name is taken
   */
  SubvolumeInfo create(String name, Base base, List<Protector> protectors) throws IOException;

  List<SubvolumeInfo> list();

  /** By name, id, or a prefix of the id that only one subvolume has. */
  Optional<SubvolumeInfo> find(String reference);

  /**
   * Brings the keys of a persistent subvolume into memory.
   *
   * @throws WrongSecretException if none of the protectors opens it
   */
  void unlock(UUID id, List<Protector> protectors) throws IOException;

  /**
   * The filesystem of an unlocked subvolume: one per subvolume, until it is closed. The caller
   * closes it after its mounts have ended.
   *
   * @throws ctrenc.overlay.storage.KeyAbsentException if it is locked
   */
  FileSystem open(UUID id) throws IOException;

  SubvolumeUsage usage(UUID id) throws IOException;

  /**
   * Drops the keys, then the records and segment files. Its filesystem must be closed before.
   *
   * @throws InUseException while it is open
   */
  void destroy(UUID id) throws IOException;
}
