package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireOut.InvalidateEntryOut;
import ctrenc.overlay.fuse.kernel.WireOut.InvalidateInodeOut;
import ctrenc.overlay.fuse.kernel.WireOut.OutHeader;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.Stream;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Tells the kernel what it must forget (enum fuse_notify_code). A message may wait until pages are
 * written back, which takes answers to requests, so no thread that answers requests may send one.
 * Thread-safe.
 */
final class Notifier {

  private static final int INVALIDATE_INODE = 2;
  private static final int INVALIDATE_ENTRY = 3;
  private static final int RESEND = 7;

  private final Connection connection;

  Notifier(Connection connection) {
    this.connection = connection;
  }

  void invalidateInode(long node, long offset, long length) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = message(arena, INVALIDATE_INODE, InvalidateInodeOut.LENGTH);
      MemorySegment body = message.asSlice(OutHeader.LENGTH);
      body.set(ValueLayout.JAVA_LONG, InvalidateInodeOut.NODE, node);
      body.set(ValueLayout.JAVA_LONG, InvalidateInodeOut.OFFSET, offset);
      body.set(ValueLayout.JAVA_LONG, InvalidateInodeOut.SIZE, length);
      send(message);
    }
  }

  void invalidateEntry(long parent, Name name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int length = InvalidateEntryOut.LENGTH + name.length() + 1;
      MemorySegment message = message(arena, INVALIDATE_ENTRY, length);
      MemorySegment body = message.asSlice(OutHeader.LENGTH);
      body.set(ValueLayout.JAVA_LONG, InvalidateEntryOut.PARENT, parent);
      body.set(ValueLayout.JAVA_INT, InvalidateEntryOut.NAME_LENGTH, name.length());
      byte[] bytes = name.bytes();
      MemorySegment.copy(
          bytes, 0, body, ValueLayout.JAVA_BYTE, InvalidateEntryOut.LENGTH, bytes.length);
      send(message);
    }
  }

  /**
   * Has the kernel send again what an earlier process of this connection was given and did not
   * answer.
   */
  void resend() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      send(message(arena, RESEND, 0));
    }
  }

  /** A header with the code in the place of an error, and no unique number. */
  private static MemorySegment message(Arena arena, int code, int bodyLength) {
    MemorySegment message = arena.allocate(OutHeader.LENGTH + (long) bodyLength, Long.BYTES);
    message.set(ValueLayout.JAVA_INT, OutHeader.TOTAL, (int) message.byteSize());
    message.set(ValueLayout.JAVA_INT, OutHeader.ERROR, code);
    return message;
  }

  /**
   * What the kernel does not hold (ENOENT), or holds no longer because the mount has ended, need
   * not be forgotten.
   */
  private void send(MemorySegment message) throws SystemCallException {
    if (!connection.retain()) {
      return;
    }
    try {
      long result = Stream.write(connection.device(), message);
      if (result != -ErrorNumber.ENOENT
          && result != -ErrorNumber.ENODEV
          && result != -ErrorNumber.ENOTCONN) {
        Stream.check("write", result);
      }
    } finally {
      connection.release();
    }
  }
}
