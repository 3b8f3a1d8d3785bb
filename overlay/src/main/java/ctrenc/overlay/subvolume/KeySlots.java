package ctrenc.overlay.subvolume;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.Storage;
import ctrenc.overlay.storage.StorageFile;
import ctrenc.overlay.storage.WholeFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What unlocks persistent subvolumes: one small file for each, {@code keys/UUID}, in the crypto
 * module's form. It is a file and not a record, because a file can be overwritten in its place: a
 * database keeps what was deleted in logs and tables for a while, and whoever holds a protector
 * could open it from there. Thread-safe.
 */
final class KeySlots {

  private static final int LIMIT = 1 << 20;

  private final Storage storage;
  private final String folder;

  KeySlots(Storage storage, String folder) {
    this.storage = storage;
    this.folder = folder;
  }

  /**
   * Stores what unlocks a subvolume, in the place of what did before, which is overwritten with
   * zeros; durable when this returns.
   */
  void write(UUID subvolume, byte[] protectors) throws IOException {
    String name = nameOf(subvolume);
    if (!storage.exists(name)) {
      WholeFile.replace(storage, name, protectors);
      return;
    }
    try (StorageFile former = storage.open(name)) {
      WholeFile.replace(storage, name, protectors);
      overwrite(former);
    }
  }

  byte[] read(UUID subvolume) throws IOException {
    String name = nameOf(subvolume);
    if (!storage.exists(name)) {
      throw new DamagedException("The file " + name + ", which unlocks the subvolume, is missing.");
    }
    return WholeFile.read(storage, name, LIMIT);
  }

  /**
   * Overwrites and removes the file; an absent one is fine. On disks that write elsewhere, this is
   * no promise.
   */
  void erase(UUID subvolume) throws IOException {
    eraseFile(nameOf(subvolume));
  }

  /** Erases every file that belongs to none of these. */
  void eraseOthers(Set<UUID> subvolumes) throws IOException {
    Set<String> known = subvolumes.stream().map(UUID::toString).collect(Collectors.toSet());
    for (String name : storage.list(folder)) {
      if (!known.contains(name)) {
        eraseFile(folder + "/" + name);
      }
    }
  }

  /** The subvolumes that have a file, by the names of the files. */
  Set<String> names() throws IOException {
    return Set.copyOf(storage.list(folder));
  }

  private void eraseFile(String name) throws IOException {
    if (!storage.exists(name)) {
      return;
    }
    try (StorageFile file = storage.open(name)) {
      overwrite(file);
    }
    storage.delete(name);
    storage.syncDirectory(folder);
  }

  private static void overwrite(StorageFile file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long size = file.size();
      if (size > 0) {
        file.write(arena.allocate(size), 0);
      }
      file.sync();
    }
  }

  private String nameOf(UUID subvolume) {
    return folder + "/" + subvolume;
  }
}
