package ctrenc.overlay.union;

import ctrenc.overlay.ring.MemoryPart;
import ctrenc.overlay.ring.WriteLog;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Gathers in the memory of this process. With a log beside it, what waits outlives the process;
 * else it is lost with it.
 */
final class MemoryGather implements WriteGather {

  private final AtomicLong total = new AtomicLong();
  private final ExtentBuffers buffers;
  private final @Nullable MemoryPart part;
  private final @Nullable WriteLog log;

  MemoryGather(ExtentBuffers buffers, Optional<MemoryPart> part) {
    this.buffers = buffers;
    this.part = part.orElse(null);
    this.log = part.map(one -> one.memory().log()).orElse(null);
  }

  @Override
  public DirtyBytes fresh() {
    return new GatherBuffer(total, buffers);
  }

  @Override
  public LoggedBytes logOf(long inode) {
    return new LoggedBytes(log, part == null ? inode : part.number(inode));
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
