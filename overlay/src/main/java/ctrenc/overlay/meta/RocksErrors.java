package ctrenc.overlay.meta;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.DiskFullException;
import ctrenc.overlay.storage.StoreBusyException;
import java.io.IOException;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Translates RocksDB's statuses once, at this border. */
final class RocksErrors {

  private RocksErrors() {}

  static IOException translate(String doing, RocksDBException e) {
    Status status = e.getStatus();
    if (status == null) {
      return new IOException("The metadata store failed " + doing + ".", e);
    }
    Status.SubCode detail = status.getSubCode();
    if (detail == Status.SubCode.NoSpace) {
      return new DiskFullException(
          "There is no room left for the metadata store (met "
              + doing
              + "): make room and try again.",
          e);
    }
    if (detail == Status.SubCode.LockTimeout || isLockHeld(status)) {
      return new StoreBusyException("Another process holds the metadata store.", e);
    }
    if (status.getCode() == Status.Code.Corruption) {
      return new DamagedException("The metadata store is damaged (met " + doing + ").", e);
    }
    return new IOException("The metadata store failed " + doing + ".", e);
  }

  /** RocksDB has no code for a held LOCK file; its text begins so since its first release. */
  private static boolean isLockHeld(Status status) {
    String state = status.getState();
    return status.getCode() == Status.Code.IOError
        && state != null
        && (state.startsWith("lock hold by") || state.startsWith("While lock file"));
  }
}
