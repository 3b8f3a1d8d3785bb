package ctrenc.cli.rpc;

import java.nio.file.Path;

/**
 * Where a daemon keeps its store and where it is found.
 *
 * @param state the state directory, absolute
 * @param run the run directory, absolute; nothing in it outlives a boot
 */
public record Places(Path state, Path run) {
  public static final String DEFAULT_STATE = "/var/lib/ctr-enc";
  public static final String DEFAULT_RUN = "/run/ctr-enc";

  /** As the daemon's contract names it ({@code daemon.proto}). */
  public Path socket() {
    return run.resolve("ctr-enc.sock");
  }

  public Path log() {
    return run.resolve("daemon.log");
  }
}
