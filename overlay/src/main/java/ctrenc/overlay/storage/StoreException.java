package ctrenc.overlay.storage;

import java.io.IOException;

/**
 * A failure of the store whose kind tells the caller what to do next. Messages are one plain
 * sentence that names the layer, the record or extent, and the file where it is known; never a
 * secret. Borders translate: {@link DamagedException} is EIO and DATA_LOSS, {@link
 * KeyAbsentException} is ENOKEY and FAILED_PRECONDITION, {@link DiskFullException} is ENOSPC and
 * RESOURCE_EXHAUSTED, the format kinds refuse to open. Any other {@link IOException} is the disk's
 * own.
 */
public abstract sealed class StoreException extends IOException
    permits UnreadableException, KeyAbsentException, DiskFullException, StoreBusyException {

  private static final long serialVersionUID = 1L;

  StoreException(String message) {
    super(message);
  }

  StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
