package ctrenc.daemon.container;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The output of a detached container: plain text in the run directory, because whoever runs a
 * command in the background wants to read what it said; it goes with the container. Two files of
 * half the limit each take turns, so the newest output is there. Positions count bytes from the
 * first that was ever written. Thread-safe.
 */
public final class ContainerLog extends OutputStream {

  private final Path file;
  private final Path older;
  private final long half;
  private final ReentrantLock guard = new ReentrantLock();
  private final Condition grown = guard.newCondition();
  private FileChannel channel;
  private long start;
  private long olderStart;
  private boolean isClosed;

  private ContainerLog(Path file, long limit, boolean goesOn) throws IOException {
    this.file = file;
    this.older = file.resolveSibling(file.getFileName() + ".1");
    this.half = Math.max(1, limit / 2);
    start = goesOn ? sizeOf(older) : 0;
    channel = goesOn ? existing() : fresh();
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

  private FileChannel fresh() throws IOException {
    FileChannel opened = channel();
    opened.truncate(0);
    return opened;
  }

  private FileChannel existing() throws IOException {
    FileChannel opened = channel();
    opened.position(opened.size());
    return opened;
  }

  private FileChannel channel() throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    guard.lock();
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      if (channel.position() >= half) {
        turn();
      }
      grown.signalAll();
    } finally {
      guard.unlock();
    }
  }

  private void turn() throws IOException {
    long size = channel.position();
    channel.close();
    Files.move(file, older, StandardCopyOption.REPLACE_EXISTING);
    channel = fresh();
    olderStart = start;
    start += size;
  }

  /** Says that nothing more comes. */
  @Override
  public void close() throws IOException {
    guard.lock();
    try {
      if (!isClosed) {
        isClosed = true;
        channel.close();
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

  private long end() throws IOException {
    return start + (isClosed ? sizeOf(file) : channel.position());
  }

  private static long sizeOf(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  private static byte[] slice(Path file, long offset, int size) throws IOException {
    if (!Files.exists(file)) {
      return new byte[0];
    }
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer buffer =
          ByteBuffer.allocate((int) Math.min(size, Math.max(0, in.size() - offset)));
      while (buffer.hasRemaining() && in.read(buffer, offset + buffer.position()) > 0) {
        // Reads on until the part is whole.
      }
      return java.util.Arrays.copyOf(buffer.array(), buffer.position());
    }
  }
}
