package ctrenc.overlay.extent;

/**
 * While one is open, a sync is to follow what is written: few bytes are then better written so that
 * the sync costs one flush of the disk. It changes nothing but costs.
 */
@FunctionalInterface
public interface SyncExpectation extends AutoCloseable {

  @Override
  void close();
}
