package ctrenc.overlay.subvolume;

import ctrenc.crypto.protector.Protector;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The snapshots of a store: frozen stacks of subvolumes, kept under a name. A snapshot opens with
 * the keys of its subvolume and goes with it; a fork of it has keys of its own and stays.
 * Thread-safe.
 */
public interface Snapshots {

  /**
   * Freezes what an unlocked subvolume holds at one instant; it may be in use. Everything that was
   * written until then is in it, and survives power loss when this returns.
   *
   * @throws AlreadyExistsException if the subvolume has a snapshot of this name
   * @throws ctrenc.overlay.storage.KeyAbsentException if the subvolume is locked
   */
  SnapshotInfo create(UUID subvolume, String name) throws IOException;

  /**
   * The same of a subvolume and all that are nested in it, at one instant: what is in one of them
   * was written before anything that is missing in another. All of them are made, or none. The
   * result is the top one; those of nested ones are part of it, have its name, show at their places
   * where it is opened, and go on in what is forked from it. Nested ones that are locked are in it
   * too.
   *
   * @throws AlreadyExistsException if one of them has a snapshot of this name
   */
  SnapshotInfo createRecursive(UUID subvolume, String name) throws IOException;

  /** How many snapshots of nested subvolumes are part of one, at any depth. */
  int parts(UUID id);

  /** Of all subvolumes, the oldest first. */
  List<SnapshotInfo> list();

  Optional<SnapshotInfo> find(UUID subvolume, String name);

  /**
   * What a snapshot holds, for reading alone: one filesystem per snapshot, until it is closed.
   *
   * @throws ctrenc.overlay.storage.KeyAbsentException if its subvolume is locked
   */
  FileSystem open(UUID id) throws IOException;

  /**
   * Makes a subvolume that goes on from a snapshot, with an upper and a KEK of its own; as {@link
   * Subvolumes#create} otherwise. Its KEK wraps the keys of the layers it shares, too: who opens
   * the fork reads what the snapshot holds.
   */
  SubvolumeInfo fork(UUID id, String name, List<Protector> protectors) throws IOException;

  /**
   * Forgets a snapshot with those that are part of it. Layers that no stack holds any more are
   * removed with it. Whoever uses one of them from inside of its subvolume gets ESTALE.
   *
   * @return the keys that went with it
   * @throws InUseException while one of them is opened by {@link #open}
   */
  KeyLoss remove(UUID id) throws IOException;
}
