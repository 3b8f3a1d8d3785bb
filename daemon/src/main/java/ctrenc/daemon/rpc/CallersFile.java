package ctrenc.daemon.rpc;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Poll;
import ctrenc.overlay.sys.ProcessHandles;
import ctrenc.overlay.sys.Stream;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.proto.v1.OpenFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A file or pipe that a caller has open, read or written here in the place of messages. The kernel
 * says which process calls, and the daemon takes a descriptor of the file from it: of a file, the
 * caller's own, with its position; of a pipe, one that does not block, so that a call that is given
 * up ends. What cannot be had, or is neither, goes through messages. Used by one thread.
 */
final class CallersFile implements ReadableByteChannel, WritableByteChannel {

  /** How often a wait looks whether the call was given up. */
  private static final Duration PATIENCE = Duration.ofMillis(100);

  /** Bytes of an array go to the kernel in pieces of this length. */
  private static final int PIECE = 256 << 10;

  /** A pipe holds so much, so that its two ends wake each other seldom. */
  private static final int PIPE_LENGTH = 1 << 20;

  private static final int FORMAT = 0170000;
  private static final int REGULAR = 0100000;
  private static final int PIPE = 0010000;

  /** Whoever reads the pipe has closed it. */
  static final class ReaderGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    private ReaderGoneException() {
      super("The reader of the stream went away.");
    }
  }

  private final Descriptor file;
  private final BooleanSupplier isGivenUp;
  private final Arena arena = Arena.ofConfined();
  private MemorySegment memory = MemorySegment.NULL;

  private CallersFile(Descriptor file, BooleanSupplier isGivenUp) {
    this.file = file;
    this.isGivenUp = isGivenUp;
  }

  static Optional<CallersFile> toRead(
      PeerCredentials peer, OpenFile meant, BooleanSupplier isGivenUp) {
    return take(peer, meant, OpenFlag.READ_ONLY).map(file -> new CallersFile(file, isGivenUp));
  }

  static Optional<CallersFile> toWrite(
      PeerCredentials peer, OpenFile meant, BooleanSupplier isGivenUp) {
    return take(peer, meant, OpenFlag.WRITE_ONLY).map(file -> new CallersFile(file, isGivenUp));
  }

  private static Optional<Descriptor> take(PeerCredentials peer, OpenFile meant, int access) {
    try (Descriptor process = ProcessHandles.open(peer.pid())) {
      Descriptor taken = ProcessHandles.take(process, meant.getNumber());
      Optional<Descriptor> usable = usable(taken, meant, access);
      if (usable.isEmpty() || usable.get() != taken) {
        taken.close();
      }
      return usable;
    } catch (IOException _) {
      // The kernel does not know the call, forbids it, or the caller is in a namespace of its own.
      return Optional.empty();
    }
  }

  private static Optional<Descriptor> usable(Descriptor taken, OpenFile meant, int access)
      throws IOException {
    Path place = Path.of("/proc/self/fd/" + taken.number());
    boolean isMeant =
        Files.getAttribute(place, "unix:dev").equals(meant.getDevice())
            && Files.getAttribute(place, "unix:ino").equals(meant.getInode());
    int format = (int) Files.getAttribute(place, "unix:mode") & FORMAT;
    if (isMeant && format == REGULAR) {
      return Optional.of(taken);
    }
    if (!isMeant || format != PIPE) {
      return Optional.empty();
    }
    Stream.widen(taken, PIPE_LENGTH);
    return Optional.of(FileOpener.open(place, access | OpenFlag.NON_BLOCKING));
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    MemorySegment room = MemorySegment.ofBuffer(target);
    if (!room.isNative()) {
      room = memory().asSlice(0, Math.min(PIECE, target.remaining()));
    }
    long count = Stream.read(file, room);
    while (isWorthAnotherTry(count, Poll.READABLE)) {
      count = Stream.read(file, room);
    }
    int read = (int) Stream.check("read", count);
    if (!target.isDirect()) {
      target.put(room.asSlice(0, read).asByteBuffer());
    } else {
      target.position(target.position() + read);
    }
    return read == 0 ? -1 : read;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int length = source.remaining();
    while (source.hasRemaining()) {
      MemorySegment bytes = MemorySegment.ofBuffer(source);
      if (!bytes.isNative()) {
        long piece = Math.min(PIECE, bytes.byteSize());
        bytes = memory().asSlice(0, piece).copyFrom(bytes.asSlice(0, piece));
      }
      long count = Stream.write(file, bytes);
      while (isWorthAnotherTry(count, Poll.WRITABLE)) {
        count = Stream.write(file, bytes);
      }
      if (count == -ErrorNumber.EPIPE) {
        throw new ReaderGoneException();
      }
      source.position(source.position() + (int) Stream.check("write", count));
    }
    return length;
  }

  private MemorySegment memory() {
    if (memory.byteSize() == 0) {
      memory = arena.allocate(PIECE);
    }
    return memory;
  }

  /** Waits where the other end of a pipe is slower. */
  private boolean isWorthAnotherTry(long result, short event) throws IOException {
    if (result != -ErrorNumber.EAGAIN && result != -ErrorNumber.EINTR) {
      return false;
    }
    do {
      if (isGivenUp.getAsBoolean()) {
        throw RefusedException.cancelled("The stream was given up.");
      }
    } while (result == -ErrorNumber.EAGAIN && Poll.await(file, event, PATIENCE) == 0);
    return true;
  }

  @Override
  public boolean isOpen() {
    return file.isOpen();
  }

  @Override
  public void close() throws SystemCallException {
    if (file.isOpen()) {
      arena.close();
      file.close();
    }
  }
}
