package ctrenc.overlay.subvolume;

import ctrenc.overlay.storage.DiskFullException;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Failures of the store as errors of a filesystem, for whoever reaches it through one. */
final class StoreErrors {

  private static final Logger LOG = LoggerFactory.getLogger(StoreErrors.class);

  private StoreErrors() {}

  /** What the store does. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws IOException;
  }

  static <T> T translated(Call<T> call) throws ErrnoException {
    try {
      return call.run();
    } catch (IOException e) {
      Errno errno = errnoOf(e);
      if (errno == Errno.EIO) {
        LOG.atWarn().setCause(e).log("a nested subvolume could not be served");
      }
      throw new ErrnoException(errno);
    } catch (IllegalArgumentException e) {
      throw new ErrnoException(Errno.EINVAL);
    }
  }

  private static Errno errnoOf(IOException failure) {
    return switch (failure) {
      case KeyAbsentException locked -> Errno.ENOKEY;
      case DiskFullException full -> Errno.ENOSPC;
      case AlreadyExistsException taken -> Errno.EEXIST;
      case NoSuchFileException gone -> Errno.ENOENT;
      case InUseException used -> Errno.EBUSY;
      default -> Errno.EIO;
    };
  }
}
