package ctrenc.daemon.container;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Stream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The output of a detached container: plain text in the run directory, because whoever runs a
 * command in the background wants to read what it said; it goes with the container. Two files of
 * half the limit each take turns, so the newest output is there. Positions count bytes from the
 * first that was ever written. Thread-safe.
 */
public final class ContainerLog implements AutoCloseable {

  private static final int OF_OWNER = 0600;
  private static final int MOST_AT_ONCE = 64 << 10;

  private final Path file;
  private final Path older;
  private final long half;
  private final ReentrantLock guard = new ReentrantLock();
  private final Condition grown = guard.newCondition();
  private Descriptor target;
  private long length;
  private long start;
  private long olderStart;
  private boolean isClosed;

  private ContainerLog(Path file, long limit, boolean goesOn) throws IOException {
    this.file = file;
    this.older = file.resolveSibling(file.getFileName() + ".1");
    this.half = Math.max(1, limit / 2);
    start = goesOn ? sizeOf(older) : 0;
    target = opened(goesOn ? 0 : OpenFlag.TRUNCATE);
    length = Files.size(file);
  }

  public static ContainerLog open(Path file, long limit) throws IOException {
    return new ContainerLog(file, limit, false);
  }

  /**
   * Goes on with the log that an earlier daemon wrote. Positions count from the oldest that is left
   * of it.
   */
  public static ContainerLog reopen(Path file, long limit) throws IOException {
    return new ContainerLog(file, limit, true);
  }

  private Descriptor opened(int flags) throws IOException {
    return FileOpener.open(
        Descriptor.WORKING_DIRECTORY,
        FileOpener.bytesOf(file),
        OpenFlag.READ_WRITE | OpenFlag.CREATE | flags,
        OF_OWNER);
  }

  /**
   * Takes what {@code pipe} holds, up to 64 KiB of it, and waits for nothing. A daemon that is
   * killed meanwhile leaves each byte either in the pipe or in the log.
   *
   * @return as {@link Stream#move}: 0 when nobody is left who could write to the pipe
   */
  long take(Descriptor pipe) throws IOException {
    guard.lock();
    try {
      long count = Stream.move(pipe, target, length, MOST_AT_ONCE);
      if (count > 0) {
        length += count;
        if (length >= half) {
          turn();
        }
        grown.signalAll();
      }
      return count;
    } finally {
      guard.unlock();
    }
  }

  private void turn() throws IOException {
    target.close();
    Files.move(file, older, StandardCopyOption.REPLACE_EXISTING);
    target = opened(OpenFlag.TRUNCATE);
    olderStart = start;
    start += length;
    length = 0;
  }

  /** Says that nothing more comes. */
  @Override
  public void close() throws IOException {
    guard.lock();
    try {
      if (!isClosed) {
        isClosed = true;
        target.close();
        grown.signalAll();
      }
    } finally {
      guard.unlock();
    }
  }

  public void remove() throws IOException {
    close();
    Files.deleteIfExists(file);
    Files.deleteIfExists(older);
  }

  /**
   * A part of the log; {@code next} is the position after it, {@code isLast} says that nothing
   * comes after it.
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over once, compared by nobody.
  public record Part(byte[] bytes, long next, boolean isLast) {}

  /**
   * At most {@code size} bytes from {@code position}, or from the oldest that is left. Where there
   * are none yet, waits up to {@code millis} for them, and returns an empty part then.
   */
  public Part read(long position, int size, long millis) throws IOException, InterruptedException {
    guard.lock();
    try {
      long patience = TimeUnit.MILLISECONDS.toNanos(millis);
      while (position >= end() && !isClosed && patience > 0) {
        patience = grown.awaitNanos(patience);
      }
      long from = Math.max(position, olderStart);
      byte[] bytes =
          from < start ? slice(older, from - olderStart, size) : slice(file, from - start, size);
      long next = from + bytes.length;
      return new Part(bytes, next, isClosed && next >= end());
    } finally {
      guard.unlock();
    }
  }

  private long end() {
    return start + length;
  }

  private static long sizeOf(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  private static byte[] slice(Path file, long offset, int size) throws IOException {
    if (!Files.exists(file)) {
      return new byte[0];
    }
    try (FileChannel in = FileChannel.open(file)) {
      ByteBuffer buffer =
          ByteBuffer.allocate((int) Math.min(size, Math.max(0, in.size() - offset)));
      while (buffer.hasRemaining() && in.read(buffer, offset + buffer.position()) > 0) {
        // Reads on until the part is whole.
      }
      return java.util.Arrays.copyOf(buffer.array(), buffer.position());
    }
  }
}
