package ctrenc.overlay.layer;

/** Which object of the host: equal for two names of one file. */
record HostId(long device, long inode) {}
