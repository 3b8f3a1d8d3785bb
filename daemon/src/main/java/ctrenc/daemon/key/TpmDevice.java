package ctrenc.daemon.key;

import ctrenc.crypto.tpm.TpmChannel;
import ctrenc.daemon.log.FactLog;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Poll;
import ctrenc.overlay.sys.Stream;
import ctrenc.overlay.sys.StreamSocket;
import ctrenc.overlay.sys.SystemCallException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The kernel's device of a TPM, which takes a command by one write and gives the answer by one
 * read; or a socket behind which a TPM in software listens. All that is said over it together takes
 * no longer than its patience. Not thread-safe.
 */
final class TpmDevice implements TpmChannel, AutoCloseable {

  private static final FactLog LOG = FactLog.of(TpmDevice.class);

  /** An answer begins with a tag (2) and its length (4). */
  private static final int LENGTH_AT = 2;

  private static final int HEAD = 10;

  private static final int TYPE_MASK = 0170000;
  private static final int SOCKET = 0140000;

  private final Descriptor file;
  private final Duration patience;
  private final long deadline;
  private boolean isMute;

  private TpmDevice(Descriptor file, Duration patience, long deadline) {
    this.file = file;
    this.patience = patience;
    this.deadline = deadline;
  }

  /**
   * Opens it.
   *
   * @throws SilentTpmException if nobody takes the call in time
   */
  static TpmDevice open(Path path, Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    FileStatus status =
        FileStatus.following(Descriptor.WORKING_DIRECTORY, FileOpener.bytesOf(path));
    if ((status.mode() & TYPE_MASK) != SOCKET) {
      // So the kernel sends a command from a thread of its own, and a write never waits for the
      // TPM.
      int flags = OpenFlag.READ_WRITE | OpenFlag.NON_BLOCKING;
      return new TpmDevice(FileOpener.open(path, flags), patience, deadline);
    }
    try {
      return new TpmDevice(StreamSocket.connect(path, patience), patience, deadline);
    } catch (SystemCallException e) {
      if (e.errno() == ErrorNumber.EAGAIN) {
        throw new SilentTpmException(patience);
      }
      throw e;
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws SilentTpmException if the TPM has not answered when the patience ends, and from then on
   */
  @Override
  public byte[] exchange(byte[] command) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      send(arena.allocateFrom(ValueLayout.JAVA_BYTE, command));
      MemorySegment answer = arena.allocate(MAX_LENGTH);
      try {
        return answer.asSlice(0, receive(answer)).toArray(ValueLayout.JAVA_BYTE);
      } finally {
        answer.fill((byte) 0);
      }
    }
  }

  private void send(MemorySegment command) throws IOException {
    long sent = 0;
    while (sent < command.byteSize()) {
      await(Poll.WRITABLE);
      sent += transferred("write", Stream.write(file, command.asSlice(sent)));
    }
  }

  /** Returns the length of the answer. */
  private long receive(MemorySegment answer) throws IOException {
    long received = 0;
    while (received < HEAD || received < length(answer)) {
      await(Poll.READABLE);
      long count = Stream.read(file, answer.asSlice(received));
      if (count == 0) {
        throw new EOFException("it ended in the middle of an answer");
      }
      received += transferred("read", count);
    }
    return received;
  }

  private static long length(MemorySegment answer) {
    int length = answer.get(ValueLayout.JAVA_INT_UNALIGNED, LENGTH_AT);
    return Math.min(Integer.reverseBytes(length), MAX_LENGTH);
  }

  /** How many bytes went; none where it has to be tried again. */
  private static long transferred(String call, long result) throws SystemCallException {
    boolean isEarly = result == -ErrorNumber.EAGAIN || result == -ErrorNumber.EINTR;
    return isEarly ? 0 : Stream.check(call, result);
  }

  private void await(short event) throws IOException {
    Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    if (isMute || Poll.await(file, event, left) == 0) {
      isMute = true;
      throw new SilentTpmException(patience);
    }
  }

  /**
   * Where the TPM is silent, the kernel waits for it at the close of its device; nobody else does.
   */
  @Override
  public void close() throws IOException {
    if (isMute) {
      Thread.ofPlatform().daemon().name("ctr-enc-mute-tpm").start(this::closeAlone);
    } else {
      file.close();
    }
  }

  private void closeAlone() {
    try {
      file.close();
    } catch (SystemCallException e) {
      LOG.failed("the device of a TPM that does not answer could not be closed", e);
    }
  }
}
