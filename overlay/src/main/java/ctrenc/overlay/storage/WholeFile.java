package ctrenc.overlay.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Small files that are written whole: after any crash the old bytes are there, or the new ones. */
public final class WholeFile {

  private static final String NEW_SUFFIX = ".new";

  private WholeFile() {}

  /** Puts {@code bytes} in the place of the file; they survive power loss when this returns. */
  public static void replace(Storage storage, String name, byte[] bytes) throws IOException {
    String fresh = name + NEW_SUFFIX;
    if (storage.exists(fresh)) {
      // Left by a crash; nobody was told that it is there.
      storage.delete(fresh);
    }
    try (StorageFile file = storage.create(fresh);
        Arena arena = Arena.ofConfined()) {
      file.write(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes), 0);
      file.sync();
    }
    storage.rename(fresh, name);
    storage.syncDirectory(directoryOf(name));
  }

  /** All bytes of a file of at most {@code limit} bytes. */
  public static byte[] read(Storage storage, String name, int limit) throws IOException {
    try (StorageFile file = storage.open(name);
        Arena arena = Arena.ofConfined()) {
      long size = file.size();
      if (size > limit) {
        throw new DamagedException(
            "The file " + name + " has " + size + " bytes, more than the " + limit + " it may.");
      }
      MemorySegment bytes = arena.allocate(Math.max(1, size));
      int length = file.read(bytes, 0);
      return bytes.asSlice(0, Math.min(length, size)).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static String directoryOf(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }
}
