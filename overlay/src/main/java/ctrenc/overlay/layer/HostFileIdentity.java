package ctrenc.overlay.layer;

import ctrenc.overlay.vfs.Timestamp;

/**
 * A file of an image tree: {@code tree} is the index of the directory tree in its plain layer,
 * {@code path} its raw path below that tree. Size and modification time as they were when it was
 * indexed.
 */
public record HostFileIdentity(
    int tree, byte[] path, long device, long hostInode, long size, Timestamp modified) {}
