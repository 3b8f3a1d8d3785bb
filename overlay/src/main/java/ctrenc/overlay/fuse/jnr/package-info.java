/**
 * A filesystem behind jnr-fuse (libfuse 2), for hosts where /dev/fuse cannot be opened raw.
 *
 * <p>libfuse's high-level interface speaks in paths; every path is walked through the filesystem's
 * own lookups, whose references are given back when the call is over. Structures are those of
 * jnr-fuse. Its callbacks are not used, because they make text of paths, and names are bytes; nor
 * is its way to mount, which keeps every mount for ever.
 */
@NullMarked
package ctrenc.overlay.fuse.jnr;

import org.jspecify.annotations.NullMarked;
