package ctrenc.overlay.layer;

import ctrenc.overlay.layer.HostFileCache.Lease;
import ctrenc.overlay.vfs.HostFile;
import java.io.IOException;

/** A file of a host tree, kept open by a lease while somebody uses it. */
record LeasedFile(Lease lease, HostFileIdentity identity) implements HostFile {

  private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

  @Override
  public int descriptor() {
    return lease.file().number();
  }

  @Override
  public long size() {
    return identity.size();
  }

  @Override
  public long fingerprint() {
    long mixed = mix(mix(identity.device()) + identity.hostInode());
    mixed = mix(mixed + identity.size());
    return mix(mix(mixed + identity.modified().seconds()) + identity.modified().nanos());
  }

  private static long mix(long value) {
    long product = value * MULTIPLIER;
    return product ^ product >>> Integer.SIZE;
  }

  @Override
  public void close() throws IOException {
    lease.close();
  }
}
