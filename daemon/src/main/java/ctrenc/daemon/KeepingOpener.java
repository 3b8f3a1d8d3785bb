package ctrenc.daemon;

import ctrenc.overlay.keeper.DescriptorKeeping;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** How what must outlive the daemon is kept. */
@FunctionalInterface
public interface KeepingOpener {

  /** {@code patience} is for how long a mount may be served by nobody. */
  DescriptorKeeping open(Path runDirectory, Duration patience) throws IOException;
}
