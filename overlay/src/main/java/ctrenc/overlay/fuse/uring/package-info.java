/**
 * Carries the requests of {@code fuse.kernel} by io_uring: what comes by rings instead of
 * /dev/fuse, whose handlers know neither.
 */
@NullMarked
package ctrenc.overlay.fuse.uring;

import org.jspecify.annotations.NullMarked;
