package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.ring.RootMemory;
import java.io.IOException;
import java.util.Optional;

/**
 * What a connection's greeting settled, in the memory that outlives whoever took part in it: there
 * is no second greeting.
 */
record MountWord(boolean hasWriteback, boolean hasPassthrough) {

  private static final int GREETED = 1;
  private static final int WRITEBACK = 2;
  private static final int PASSTHROUGH = 4;

  MountWord(long flags) {
    this((flags & InitFlag.WRITEBACK_CACHE) != 0, (flags & InitFlag.PASSTHROUGH) != 0);
  }

  void write(RootMemory memory) {
    memory.setMountWord(
        GREETED | (hasWriteback ? WRITEBACK : 0) | (hasPassthrough ? PASSTHROUGH : 0));
  }

  /**
   * @throws IOException if the process that mounted died before its mount was in use
   */
  static MountWord read(Optional<RootMemory> memory) throws IOException {
    int word = memory.map(RootMemory::mountWord).orElse(0);
    if ((word & GREETED) == 0) {
      throw new IOException("The earlier process died while it mounted the root.");
    }
    return new MountWord((word & WRITEBACK) != 0, (word & PASSTHROUGH) != 0);
  }
}
