package ctrenc.cli.fake;

import java.io.IOException;
import java.nio.file.Path;

/** A daemon of its own process, which ends when it is told to shut down. */
public final class FakeDaemonProgram {
  private FakeDaemonProgram() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (FakeDaemon daemon = new FakeDaemon(Path.of(System.getenv("CTR_ENC_RUN")))) {
      daemon.awaitTermination();
    }
  }
}
