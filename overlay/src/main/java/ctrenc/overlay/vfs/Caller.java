package ctrenc.overlay.vfs;

/**
 * Who asks, in the initial namespaces; -1 where the kernel does not say (idmapped mounts). {@code
 * resent} marks a request that an earlier server of the same mount may already have carried out.
 */
public record Caller(int uid, int gid, int pid, boolean resent) {

  public static final Caller ROOT = new Caller(0, 0, 0, false);
}
