package ctrenc.daemon.snapshotter;

/** What may be done with a snapshot of containerd's. */
public enum SnapshotKind {
  /** Read. */
  VIEW,
  /** Written to, and committed. */
  ACTIVE,
  /** Stood on by others; it never changes. */
  COMMITTED
}
