package ctrenc.daemon.maintenance;

import ctrenc.daemon.config.Directories;
import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Held by the one daemon that uses a run directory; the kernel frees it when that daemon dies. */
public final class RunLock implements AutoCloseable {

  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * @throws RefusedException if another daemon has it
   */
  public static RunLock take(Directories directories) throws IOException {
    FileChannel channel =
        FileChannel.open(directories.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (tryLock(channel) == null) {
      channel.close();
      throw RefusedException.conflict(
          "Another daemon uses the run directory "
              + directories.run()
              + ": stop it, or set CTR_ENC_RUN to another directory.");
    }
    return new RunLock(channel);
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException _) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
