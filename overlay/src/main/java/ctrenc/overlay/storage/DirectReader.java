package ctrenc.overlay.storage;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file past the kernel's cache, by a descriptor of its own, which is opened when it is
 * first wanted (open(2), O_DIRECT). The disk then writes to the reader's memory, which spares a
 * page and a copy for each 4 KiB. What is in the cache is left to be read there, and so is
 * everything where the kernel does not tell what that is (before Linux 6.5) or the filesystem has
 * no such reads. Thread-safe.
 */
final class DirectReader implements AutoCloseable {

  private final Descriptor file;
  private volatile boolean isRefused;
  private volatile @Nullable Descriptor opened;

  DirectReader(Descriptor file) {
    this.file = file;
  }

  /**
   * Fills {@code target} from {@code position}, both aligned; the bytes read, fewer only at the end
   * of the file, or nothing where they are to be read through the cache.
   */
  OptionalInt read(MemorySegment target, long position) throws SystemCallException {
    Optional<Descriptor> direct = isCached(position, target.byteSize()) ? Optional.empty() : open();
    if (direct.isEmpty()) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(read(direct.get(), target, position));
    } catch (SystemCallException e) {
      if (!e.is(ErrorNumber.EINVAL)) {
        throw e;
      }
      // The disk asks for another alignment.
      isRefused = true;
      return OptionalInt.empty();
    }
  }

  private static int read(Descriptor direct, MemorySegment target, long position)
      throws SystemCallException {
    long done = 0;
    long count;
    do {
      count = FileData.readSome(direct, position + done, target.asSlice(done));
      done += count;
      // What does not end where a page ends has ended with the file.
    } while (count > 0 && count % StorageFile.ALIGNMENT == 0 && done < target.byteSize());
    return (int) done;
  }

  private boolean isCached(long position, long length) {
    try {
      return isRefused || FileData.cachedPages(file, position, length) > 0;
    } catch (SystemCallException e) {
      isRefused = true;
      return true;
    }
  }

  private Optional<Descriptor> open() {
    Descriptor known = opened;
    return known == null ? openOnce() : Optional.of(known);
  }

  /** Whatever keeps it from being opened, there is the other way to read. */
  private synchronized Optional<Descriptor> openOnce() {
    if (opened == null && !isRefused) {
      // By its descriptor, because the file may have another name by now, or none.
      Path path = Path.of("/proc/self/fd/" + file.number());
      try {
        opened = FileOpener.open(path, OpenFlag.READ_ONLY | OpenFlag.DIRECT);
      } catch (SystemCallException e) {
        isRefused = true;
      }
    }
    return Optional.ofNullable(opened);
  }

  @Override
  public void close() throws SystemCallException {
    Descriptor known = opened;
    if (known != null) {
      known.close();
    }
  }
}
