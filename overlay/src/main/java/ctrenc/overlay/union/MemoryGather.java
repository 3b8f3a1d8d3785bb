package ctrenc.overlay.union;

import ctrenc.overlay.ring.WriteLog;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Gathers in the memory of this process. With a log beside it, what waits outlives the process;
 * else it is lost with it.
 */
final class MemoryGather implements WriteGather {

  private final AtomicLong total = new AtomicLong();
  private final ExtentBuffers buffers;
  private final @Nullable WriteLog log;

  MemoryGather(ExtentBuffers buffers, @Nullable WriteLog log) {
    this.buffers = buffers;
    this.log = log;
  }

  @Override
  public DirtyBytes fresh() {
    return new GatherBuffer(total, buffers);
  }

  @Override
  public LoggedBytes logOf(long inode) {
    return new LoggedBytes(log, inode);
  }

  @Override
  public long bytes() {
    return total.get();
  }

  @Override
  public void rest() {
    buffers.forget();
    if (log != null) {
      log.rest();
    }
  }

  @Override
  public boolean isCrowded() {
    return log != null && log.isCrowded();
  }
}
