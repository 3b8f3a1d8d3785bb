package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.ring.RootMemory;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes down how the kernel has files of an image open, for whoever goes on with the mount. A
 * handle says whether it was passed; the rest is in {@link FileOpens}. Thread-safe.
 */
final class KeptOpens {

  private static final int PASSED = 1;
  private static final int SERVED = 2;

  private final @Nullable RootMemory memory;

  /** Without a memory nothing outlives this process. */
  KeptOpens(Optional<RootMemory> memory) {
    this.memory = memory.orElse(null);
  }

  FileOpens fresh() {
    return new FileOpens(memory == null ? null : memory.passed());
  }

  void opened(long handle, boolean isPassed) {
    if (memory != null) {
      memory.handles().mark(handle, isPassed ? PASSED : SERVED);
    }
  }

  /** False if the handle was given back before, to a process that did not live to say so. */
  boolean isOpen(long handle) {
    return memory == null || memory.handles().isOpen(handle);
  }

  /** What an earlier process left; backing numbers that nothing uses are given back. */
  void recover(Map<Long, FileOpens> files, BackingTable table) {
    if (memory == null) {
      return;
    }
    memory
        .passed()
        .recover(file -> files.put(file.inode(), FileOpens.recovered(memory.passed(), file)));
    memory
        .handles()
        .forEach(
            (handle, inode, mark) -> {
              if (mark == PASSED && files.containsKey(inode)) {
                files.get(inode).passAgain();
              } else if (mark == SERVED) {
                files.computeIfAbsent(inode, number -> fresh()).serve();
              }
            });
    files
        .values()
        .removeIf(
            opens -> {
              synchronized (opens) {
                return isLeftOver(opens, table);
              }
            });
  }

  private static boolean isLeftOver(FileOpens opens, BackingTable table) {
    if (!opens.isPassed() && opens.backing() != BackingTable.NONE) {
      opens.forgetBacking();
      table.remove(opens.backing());
    }
    if (opens.isIdle()) {
      opens.drop();
    }
    return opens.isIdle();
  }
}
