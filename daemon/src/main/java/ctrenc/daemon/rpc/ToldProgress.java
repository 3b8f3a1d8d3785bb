package ctrenc.daemon.rpc;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.export.TransferProgress;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Tells the caller now and then how far a transfer is, and ends it when he is gone. Not
 * thread-safe.
 */
final class ToldProgress implements TransferProgress {

  private final BooleanSupplier isGone;
  private final LongConsumer caller;
  private final ProgressInterval interval = new ProgressInterval();

  ToldProgress(BooleanSupplier isGone, LongConsumer caller) {
    this.isGone = isGone;
    this.caller = caller;
  }

  @Override
  public void moved(long bytes) throws RefusedException {
    if (isGone.getAsBoolean()) {
      throw RefusedException.cancelled("The stream was given up.");
    }
    if (interval.isDue()) {
      caller.accept(bytes);
    }
  }
}
