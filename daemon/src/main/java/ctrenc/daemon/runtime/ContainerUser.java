package ctrenc.daemon.runtime;

import java.util.List;

/** As whom a process runs: numbers, further groups, and where home is. */
public record ContainerUser(int uid, int gid, List<Integer> groups, String home) {

  /**
   * What a process runs as when nobody says otherwise; the container's own files need not be read
   * for it.
   */
  public static final ContainerUser ROOT = new ContainerUser(0, 0, List.of(), "/root");

  public ContainerUser {
    groups = List.copyOf(groups);
  }
}
