package ctrenc.daemon.snapshotter;

/**
 * How a snapshot is kept.
 *
 * @param isPlain in clear, as an image's layer; else encrypted under a key of its own
 * @param isKept its key outlives the daemon, wrapped by the machine's key; else it is in memory
 *     alone
 */
record Policy(boolean isPlain, boolean isKept) {}
