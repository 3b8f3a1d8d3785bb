package ctrenc.daemon.nested;

import ctrenc.proto.v1.Command;
import ctrenc.proto.v1.Container;
import java.io.IOException;

/** A run whose command a caller executes. Thread-safe. */
public interface ForegroundRun {

  Command command();

  Container container() throws IOException;

  /** The process has ended; true if the root is gone now. */
  boolean finish(int exitCode) throws IOException;

  /** The caller went away: what runs is killed. */
  void abandon() throws IOException;
}
