package ctrenc.overlay.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileLocks;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Holds a state directory for one process: a lock on the file {@code lock}, which the kernel drops
 * when the process dies. The file holds the process id, for people; it is never removed, because
 * two processes could then hold locks on two files.
 */
public final class StateLock implements AutoCloseable {

  private static final String NAME = "lock";
  private static final int MODE = 0600;

  private final Descriptor file;

  private StateLock(Descriptor file) {
    this.file = file;
  }

  /**
   * Takes the lock of an existing directory.
   *
   * @throws StoreBusyException if another process, or this one, holds it
   */
  public static StateLock acquire(Path directory) throws IOException {
    Path path = directory.resolve(NAME);
    try {
      Descriptor file =
          FileOpener.open(
              Descriptor.WORKING_DIRECTORY,
              FileOpener.bytesOf(path),
              OpenFlag.READ_WRITE | OpenFlag.CREATE | OpenFlag.NO_FOLLOW,
              MODE);
      if (!FileLocks.tryLock(file)) {
        file.close();
        throw new StoreBusyException(
            "Another daemon" + holder(path) + " holds the state directory " + directory + ".");
      }
      writeHolder(file);
      return new StateLock(file);
    } catch (SystemCallException e) {
      throw DiskErrors.translate(path.toString(), e);
    }
  }

  private static void writeHolder(Descriptor file) throws SystemCallException {
    byte[] self = (ProcessHandle.current().pid() + "\n").getBytes(US_ASCII);
    FileData.truncate(file, 0);
    try (Arena arena = Arena.ofConfined()) {
      FileData.write(file, 0, arena.allocateFrom(ValueLayout.JAVA_BYTE, self));
    }
  }

  private static String holder(Path file) throws IOException {
    String text = Files.readString(file, US_ASCII).strip();
    return text.matches("[0-9]{1,10}") ? " (process " + text + ")" : "";
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
