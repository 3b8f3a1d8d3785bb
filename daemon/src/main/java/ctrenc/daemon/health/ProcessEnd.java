package ctrenc.daemon.health;

/** How the daemon's process ends. Both ways begin at once and return at once. */
public interface ProcessEnd {

  /** In order, and everything that is shown with it. */
  void stop();

  /** In order, without a change to what is shown: the next process goes on with it. */
  void handOver();

  /** Whether a service manager starts the next one. */
  boolean isManaged();
}
