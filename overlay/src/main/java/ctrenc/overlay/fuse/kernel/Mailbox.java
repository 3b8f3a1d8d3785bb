package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.InHeader;
import ctrenc.overlay.fuse.kernel.WireIn.WriteIn;
import ctrenc.overlay.sys.Pages;
import ctrenc.overlay.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The memory of one thread that serves requests: one request and one reply, which the next ones
 * overwrite. The machine gives only those of its pages that were ever used.
 */
final class Mailbox implements AutoCloseable {

  /** The most bytes that one request may write, and one reply may read. */
  static final int MAX_TRANSFER = 1 << 20;

  /**
   * What a request takes besides the data it writes: the kernel demands 80 bytes, names and
   * attributes are far below this.
   */
  private static final int REQUEST_ROOM = 2 * Pages.SIZE;

  /** Where a request begins, so that the data of a write begins with a page. */
  private static final int REQUEST_START = Pages.SIZE - InHeader.LENGTH - WriteIn.LENGTH;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment requestPages;
  private final MemorySegment replyPages;
  private final MemorySegment inbox;
  private final Request request;
  private final Reply reply;

  Mailbox() throws SystemCallException {
    requestPages = Pages.allocate(REQUEST_ROOM + (long) MAX_TRANSFER, arena);
    replyPages = Pages.allocate(Pages.SIZE + (long) MAX_TRANSFER, arena);
    inbox = requestPages.asSlice(REQUEST_START);
    request = Request.inOneBuffer(inbox);
    reply = new Reply(replyPages, Pages.SIZE);
  }

  /** Where a message of the kernel is read to; {@link #request} then takes it up. */
  MemorySegment inbox() {
    return inbox;
  }

  Request request() {
    return request;
  }

  Reply reply() {
    return reply;
  }

  /** Erases what passed through; to be called when a connection has ended. */
  void wipe() throws SystemCallException {
    Pages.forget(requestPages);
    Pages.forget(replyPages);
    request.forgetName();
    reply.forgetName();
  }

  @Override
  public void close() {
    arena.close();
  }
}
