package ctrenc.overlay.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Lists directories by getdents64(2). Thread-safe, but one descriptor has one position. */
public final class DirectoryReader {

  private static final int BUFFER_SIZE = 64 * 1024;

  /** struct linux_dirent64 of linux/dirent.h. */
  private static final int INODE = 0;

  private static final int RECORD_LENGTH = 16;
  private static final int TYPE = 18;
  private static final int NAME = 19;

  private DirectoryReader() {}

  /**
   * All entries from the descriptor's position to the end but "." and "..", in the filesystem's
   * order.
   */
  public static List<DirectoryEntry> list(Descriptor directory) throws SystemCallException {
    List<DirectoryEntry> entries = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(BUFFER_SIZE, Long.BYTES);
      long filled;
      while ((filled = SystemCall.GETDENTS64.invokeOn(directory.number(), buffer, BUFFER_SIZE, 0))
          > 0) {
        long offset = 0;
        while (offset < filled) {
          int length = buffer.get(ValueLayout.JAVA_SHORT, offset + RECORD_LENGTH) & 0xffff;
          add(entries, buffer.asSlice(offset, length));
          offset += length;
        }
      }
    }
    return entries;
  }

  private static void add(List<DirectoryEntry> entries, MemorySegment entry) {
    int end = NAME;
    while (entry.get(ValueLayout.JAVA_BYTE, end) != 0) {
      end++;
    }
    byte[] name = entry.asSlice(NAME, end - NAME).toArray(ValueLayout.JAVA_BYTE);
    if (isSelfOrParent(name)) {
      return;
    }
    int type = entry.get(ValueLayout.JAVA_BYTE, TYPE) & 0xff;
    entries.add(new DirectoryEntry(name, entry.get(ValueLayout.JAVA_LONG, INODE), type));
  }

  private static boolean isSelfOrParent(byte[] name) {
    return name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
  }
}
