package ctrenc.cli.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What the kernel has at the ends of standard input and output, for a daemon that may use it. */
public final class StandardFiles {

  /** Streams that are no descriptors of the process. */
  public static final StandardFiles NONE = new StandardFiles(false);

  private final boolean isProcess;

  private StandardFiles(boolean isProcess) {
    this.isProcess = isProcess;
  }

  public static StandardFiles ofThisProcess() {
    return new StandardFiles(true);
  }

  /** An open file, by its number in this process and what stat(2) says of it. */
  public record Open(int descriptor, long device, long inode) {}

  public Optional<Open> in() {
    return find(0);
  }

  public Optional<Open> out() {
    return find(1);
  }

  private Optional<Open> find(int descriptor) {
    if (!isProcess) {
      return Optional.empty();
    }
    try {
      Path place = Path.of("/proc/self/fd/" + descriptor);
      long device = (long) Files.getAttribute(place, "unix:dev");
      long inode = (long) Files.getAttribute(place, "unix:ino");
      return Optional.of(new Open(descriptor, device, inode));
    } catch (IOException e) {
      return Optional.empty(); // It is closed, or there is no /proc here.
    }
  }
}
