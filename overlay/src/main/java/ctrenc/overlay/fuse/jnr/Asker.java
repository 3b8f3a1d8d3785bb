package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.vfs.Caller;

/** Who asks, and the permission bits that he does not want for what he makes. */
record Asker(Caller caller, int umask) {}
