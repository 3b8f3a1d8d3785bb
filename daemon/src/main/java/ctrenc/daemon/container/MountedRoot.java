package ctrenc.daemon.container;

import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.vfs.FileSystem;

/** A root that is shown: the filesystem of its subvolume, and the mount that serves it. */
record MountedRoot(FileSystem fileSystem, Mount mount, CacheMode cache) {}
