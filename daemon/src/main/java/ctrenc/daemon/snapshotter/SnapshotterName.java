package ctrenc.daemon.snapshotter;

import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;

/** The one name by which containerd's configuration calls this snapshotter. Thread-safe. */
final class SnapshotterName {

  private final SnapshotFiles files;
  private volatile String known;

  SnapshotterName(SnapshotFiles files) throws IOException {
    this.files = files;
    this.known = files.owner();
  }

  /**
   * The first caller says what it is.
   *
   * @throws RefusedException if the store is known by another name
   */
  void require(String caller) throws IOException {
    if (!known.equals(caller) || caller.isEmpty()) {
      learn(caller);
    }
  }

  private synchronized void learn(String caller) throws IOException {
    if (caller.isEmpty()) {
      throw RefusedException.invalid(
          "The request does not say by what name it calls this snapshotter.");
    }
    if (known.isEmpty()) {
      files.setOwner(caller);
      known = caller;
    }
    if (!known.equals(caller)) {
      throw RefusedException.conflict(
          "These snapshots are called "
              + known
              + ", not "
              + caller
              + ", in containerd's configuration; under a second name they would be removed as unknown. Use that name, or another state directory.");
    }
  }
}
