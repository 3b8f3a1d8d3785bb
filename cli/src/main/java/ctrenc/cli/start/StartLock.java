package ctrenc.cli.start;

import ctrenc.cli.rpc.Places;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.StandardOpenOption;

/** Held by whoever starts a daemon in a run directory; it goes with the process that holds it. */
record StartLock(FileChannel channel, FileLock lock) implements AutoCloseable {

  /** Waits until nobody else has it. */
  static StartLock take(Places places) throws IOException {
    FileChannel channel =
        FileChannel.open(
            places.run().resolve("start.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    boolean isTaken = false;
    try {
      StartLock taken = new StartLock(channel, channel.lock());
      isTaken = true;
      return taken;
    } finally {
      if (!isTaken) {
        channel.close();
      }
    }
  }

  boolean isValid() {
    return lock.isValid();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
