package ctrenc.daemon.rpc;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Tells the caller now and then how far a transfer is, keeps it to a pace, and ends it when he is
 * gone. Not thread-safe.
 */
final class ToldProgress implements TransferProgress {

  private final BooleanSupplier isGone;
  private final Pace pace;
  private final LongConsumer caller;
  private final ProgressInterval interval = new ProgressInterval();
  private long paid;

  ToldProgress(BooleanSupplier isGone, Pace pace, LongConsumer caller) {
    this.isGone = isGone;
    this.pace = pace;
    this.caller = caller;
  }

  @Override
  public void moved(long bytes) throws IOException {
    if (isGone.getAsBoolean()) {
      throw RefusedException.cancelled("The stream was given up.");
    }
    if (interval.isDue()) {
      caller.accept(bytes);
    }
    pace.moved(bytes - paid);
    paid = bytes;
  }
}
