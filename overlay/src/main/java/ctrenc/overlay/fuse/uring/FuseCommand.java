package ctrenc.overlay.fuse.uring;

import ctrenc.overlay.sys.Descriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * FUSE's commands of io_uring (enum fuse_uring_cmd and struct fuse_uring_cmd_req of linux/fuse.h,
 * in struct io_uring_sqe), written into a submission of zeros.
 */
final class FuseCommand {

  private static final byte URING_CMD = 46;
  private static final int REGISTER = 1;
  private static final int COMMIT_AND_FETCH = 2;

  private static final int FILE = 4;
  private static final int COMMAND = 8;
  private static final int ADDRESS = 16;
  private static final int LENGTH = 24;
  private static final int USER_DATA = 32;
  private static final int COMMIT_ID = 56;
  private static final int QUEUE = 64;

  private FuseCommand() {}

  /**
   * Gives the kernel an entry, whose two parts the array of struct iovec at {@code parts} names.
   */
  static void register(MemorySegment slot, Descriptor device, int entry, int queue, long parts) {
    put(slot, device, REGISTER, entry, queue);
    slot.set(ValueLayout.JAVA_LONG, ADDRESS, parts);
    slot.set(ValueLayout.JAVA_INT, LENGTH, 2);
  }

  /** Gives the kernel an entry back, with the answer to the request that came by it. */
  static void commit(MemorySegment slot, Descriptor device, int entry, int queue, long unique) {
    put(slot, device, COMMIT_AND_FETCH, entry, queue);
    slot.set(ValueLayout.JAVA_LONG, COMMIT_ID, unique);
  }

  private static void put(
      MemorySegment slot, Descriptor device, int command, int entry, int queue) {
    slot.set(ValueLayout.JAVA_BYTE, 0, URING_CMD);
    slot.set(ValueLayout.JAVA_INT, FILE, device.number());
    slot.set(ValueLayout.JAVA_INT, COMMAND, command);
    slot.set(ValueLayout.JAVA_LONG, USER_DATA, entry);
    slot.set(ValueLayout.JAVA_SHORT, QUEUE, (short) queue);
  }
}
