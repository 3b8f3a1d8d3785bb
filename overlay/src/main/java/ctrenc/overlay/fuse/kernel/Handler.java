package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.vfs.ErrnoException;

/**
 * Carries out one operation: reads the request, asks the filesystem, fills the reply, which is
 * empty at first. Thread-safe.
 */
@FunctionalInterface
interface Handler {

  void handle(Request request, Reply reply) throws ErrnoException;
}
