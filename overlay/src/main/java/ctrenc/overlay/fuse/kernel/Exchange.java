package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireOut.OutHeader;
import ctrenc.overlay.fuse.kernel.WireRing.RingHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Memory that this server shares with the kernel, in which one request after another comes and its
 * answer goes (io_uring). Headers have a place of their own (struct fuse_uring_req_header); names,
 * data and the answer's payload share the other, so an answer overwrites its request: handlers copy
 * names before they begin an answer. Used by one thread at a time.
 */
public final class Exchange implements Channel {

  /** Bytes of the headers' memory. */
  public static final int HEADER = RingHeader.LENGTH;

  private final MemorySegment header;
  private final MemorySegment payload;
  private final Request request;
  private final Reply reply;
  private final Runnable commit;

  /**
   * @param commit hands the answer, which is in the memory by then, over to the kernel; any thread
   *     may run it, once for each request
   */
  public Exchange(MemorySegment header, MemorySegment payload, Runnable commit) {
    this.header = header;
    this.payload = payload;
    this.commit = commit;
    request =
        new Request(
            header.asSlice(RingHeader.IN_OUT, RingHeader.ARGUMENT),
            header.asSlice(RingHeader.ARGUMENT, RingHeader.ENTRY - RingHeader.ARGUMENT),
            payload);
    reply = new Reply(payload, 0);
  }

  /** The number of the request, by which its answer is committed. */
  public long unique() {
    return request.unique();
  }

  /** Takes up the request that the kernel has put here; false if it is cut short. */
  boolean receive() {
    return request.acceptParts(header.get(ValueLayout.JAVA_INT, RingHeader.PAYLOAD_SIZE));
  }

  Request request() {
    return request;
  }

  Reply reply() {
    return reply;
  }

  @Override
  public void send(long unique, Reply answer) {
    if (answer != reply) {
      answer.copyPayload(payload);
    }
    header.set(ValueLayout.JAVA_INT, OutHeader.TOTAL, OutHeader.LENGTH + answer.length());
    header.set(ValueLayout.JAVA_INT, OutHeader.ERROR, -answer.error());
    header.set(ValueLayout.JAVA_LONG, OutHeader.UNIQUE, unique);
    header.set(ValueLayout.JAVA_INT, RingHeader.PAYLOAD_SIZE, answer.length());
    commit.run();
  }

  /** Entries come to the thread that commits them; what comes while it waits has to wait too. */
  @Override
  public boolean letsReaderWait() {
    return false;
  }

  /** Erases the last name that passed through. */
  public void forgetName() {
    request.forgetName();
    reply.forgetName();
  }
}
