package ctrenc.daemon.container;

/** Where a container is in its life. */
enum Phase {
  /** No process has run yet. */
  CREATED,
  /** A caller, or the daemon, was told to start its process, and has not said that it ended. */
  RUNNING,
  /** Its process has ended; its processes and mounts are being cleaned up. */
  ENDING,
  EXITED,
  /** Root and key are destroyed. */
  GONE
}
