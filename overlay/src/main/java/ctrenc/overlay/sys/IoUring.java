package ctrenc.overlay.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * io_uring(7) with submissions of 128 bytes, as drivers' own commands need them (linux/io_uring.h;
 * Linux 6.6). One thread submits and waits; what was completed may be taken by any thread, because
 * that one may be held up. Completions are made by the thread that submitted, when it next enters
 * the kernel or is interrupted in it.
 */
public final class IoUring implements AutoCloseable {

  /** What {@link #take} returns where nothing was completed. */
  public static final long NOTHING = -1;

  /** Bytes of one submission. */
  public static final int SLOT = 128;

  private static final int SETUP_CQSIZE = 1 << 3;
  private static final int SETUP_SUBMIT_ALL = 1 << 7;
  private static final int SETUP_COOP_TASKRUN = 1 << 8;
  private static final int SETUP_SQE128 = 1 << 10;
  private static final int SETUP_NO_SQARRAY = 1 << 16;
  private static final int FLAGS =
      SETUP_CQSIZE | SETUP_SUBMIT_ALL | SETUP_COOP_TASKRUN | SETUP_SQE128 | SETUP_NO_SQARRAY;

  private static final long SLOTS_OFFSET = 0x10000000L;
  private static final int ENTER_GETEVENTS = 1;
  private static final int ENTER_EXT_ARG = 1 << 3;
  private static final int OPERATION_POLL_ADD = 6;
  private static final int POLL_MULTIPLE = 1;
  private static final int COMPLETION = 16;

  /** struct io_uring_sqe. */
  private static final int SQE_FILE = 4;

  private static final int SQE_LENGTH = 24;
  private static final int SQE_POLL_EVENTS = 28;
  private static final int SQE_USER_DATA = 32;

  /** struct io_uring_params, its two parts that tell offsets, and struct io_uring_cqe. */
  private static final int PARAMS_LENGTH = 120;

  private static final int PARAMS_CQ_ENTRIES = 4;
  private static final int PARAMS_FLAGS = 8;
  private static final int PARAMS_SQ = 40;
  private static final int PARAMS_CQ = 80;
  private static final int AT_HEAD = 0;
  private static final int AT_TAIL = 4;
  private static final int AT_CQES = 20;
  private static final int CQE_RESULT = 8;
  private static final int CQE_FLAGS = 12;
  private static final int CQE_MORE = 2;

  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private final Arena arena = Arena.ofShared();
  private final Descriptor descriptor;
  private final MemorySegment shared;
  private final MemorySegment slots;
  private final int capacity;
  private final int completionMask;
  private final long submissionHead;
  private final long submissionTail;
  private final long completionHead;
  private final long completionTail;
  private final long completions;
  private final MemorySegment waitArgument = arena.allocate(40, Long.BYTES);
  private int tail;
  private int submitted;
  private int polled = -1;
  private volatile boolean isPolling;

  /** Both numbers are powers of two. */
  public IoUring(int submissions, int completions) throws SystemCallException {
    MemorySegment params = arena.allocate(PARAMS_LENGTH, Long.BYTES);
    params.set(ValueLayout.JAVA_INT, PARAMS_FLAGS, FLAGS);
    params.set(ValueLayout.JAVA_INT, PARAMS_CQ_ENTRIES, completions);
    descriptor =
        Descriptor.adopt((int) SystemCall.IO_URING_SETUP.invoke(submissions, params.address()));
    capacity = submissions;
    completionMask = completions - 1;
    submissionHead = params.get(ValueLayout.JAVA_INT, PARAMS_SQ + AT_HEAD);
    submissionTail = params.get(ValueLayout.JAVA_INT, PARAMS_SQ + AT_TAIL);
    completionHead = params.get(ValueLayout.JAVA_INT, PARAMS_CQ + AT_HEAD);
    completionTail = params.get(ValueLayout.JAVA_INT, PARAMS_CQ + AT_TAIL);
    this.completions = params.get(ValueLayout.JAVA_INT, PARAMS_CQ + AT_CQES);
    long size = this.completions + (long) completions * COMPLETION;
    shared = Pages.share(descriptor, 0, size, arena);
    slots = Pages.share(descriptor, SLOTS_OFFSET, (long) submissions * SLOT, arena);
  }

  /** Memory of the next submission, all zeros, to be filled before the next call. */
  public MemorySegment slot() throws SystemCallException {
    if (tail - (int) INT.getAcquire(shared, submissionHead) == capacity) {
      submit();
    }
    MemorySegment slot = slots.asSlice((long) (tail & (capacity - 1)) * SLOT, SLOT);
    slot.fill((byte) 0);
    tail++;
    return slot;
  }

  /**
   * Asks to be told each time when a file gets something to read. Does nothing where that is asked
   * already; there is one such file.
   */
  public void awaitReadable(Descriptor file, int number) throws SystemCallException {
    if (isPolling) {
      return;
    }
    isPolling = true;
    polled = number;
    MemorySegment slot = slot();
    slot.set(ValueLayout.JAVA_BYTE, 0, (byte) OPERATION_POLL_ADD);
    slot.set(ValueLayout.JAVA_INT, SQE_FILE, file.number());
    slot.set(ValueLayout.JAVA_INT, SQE_LENGTH, POLL_MULTIPLE);
    slot.set(ValueLayout.JAVA_INT, SQE_POLL_EVENTS, Poll.READABLE);
    slot.set(ValueLayout.JAVA_LONG, SQE_USER_DATA, number);
  }

  /** Hands over what was put into slots. */
  public void submit() throws SystemCallException {
    enter(0, 0, 0, 0);
  }

  /** The same, and waits until something is completed, or for a signal. */
  public void submitAndAwait() throws SystemCallException {
    enter(1, ENTER_GETEVENTS, 0, 0);
  }

  /** The same, but at most for so long. */
  public void submitAndAwait(long nanos) throws SystemCallException {
    long time = waitArgument.address() + 24;
    waitArgument.set(ValueLayout.JAVA_LONG, 16, time);
    waitArgument.set(ValueLayout.JAVA_LONG, 24, nanos / 1_000_000_000);
    waitArgument.set(ValueLayout.JAVA_LONG, 32, nanos % 1_000_000_000);
    enter(1, ENTER_GETEVENTS | ENTER_EXT_ARG, waitArgument.address(), 24);
  }

  private void enter(int least, int flags, long argument, long size) throws SystemCallException {
    INT.setRelease(shared, submissionTail, tail);
    long result =
        SystemCall.IO_URING_ENTER.attempt(
            descriptor.number(), tail - submitted, least, flags, argument, size);
    submitted = (int) INT.getAcquire(shared, submissionHead);
    if (result < 0
        && result != -ErrorNumber.EINTR
        && result != -ErrorNumber.ETIME
        && result != -ErrorNumber.EBUSY
        && result != -ErrorNumber.EAGAIN) {
      throw new SystemCallException("io_uring_enter", (int) -result);
    }
  }

  /**
   * Takes the next completion: the number its submission was given in the upper half, the result in
   * the lower. Any thread may call it.
   */
  public long take() {
    while (true) {
      int head = (int) INT.getAcquire(shared, completionHead);
      if (head == (int) INT.getAcquire(shared, completionTail)) {
        return NOTHING;
      }
      long at = completions + (long) (head & completionMask) * COMPLETION;
      long number = shared.get(ValueLayout.JAVA_LONG, at);
      int result = shared.get(ValueLayout.JAVA_INT, at + CQE_RESULT);
      boolean goesOn = (shared.get(ValueLayout.JAVA_INT, at + CQE_FLAGS) & CQE_MORE) != 0;
      if (INT.compareAndSet(shared, completionHead, head, head + 1)) {
        if (number == polled && !goesOn) {
          isPolling = false;
        }
        return number << Integer.SIZE | Integer.toUnsignedLong(result);
      }
    }
  }

  /** The number of a submission, of what {@link #take} gave. */
  public static int number(long completion) {
    return (int) (completion >>> Integer.SIZE);
  }

  /** Its result: the kernel's own, or the errno negated. */
  public static int result(long completion) {
    return (int) completion;
  }

  /** To be called when nobody uses it any more; commands in work are given up. */
  @Override
  public void close() throws SystemCallException {
    arena.close();
    descriptor.close();
  }
}
