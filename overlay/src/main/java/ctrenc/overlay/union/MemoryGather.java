package ctrenc.overlay.union;

import java.util.concurrent.atomic.AtomicLong;

/** Gathers in the memory of this process: what waits is lost with it. */
final class MemoryGather implements WriteGather {

  private final AtomicLong total = new AtomicLong();

  @Override
  public DirtyBytes fresh() {
    return new GatherBuffer(total);
  }

  @Override
  public long bytes() {
    return total.get();
  }
}
