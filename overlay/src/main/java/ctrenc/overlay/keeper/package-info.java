/**
 * A tiny process that holds the descriptors of mounts and of what is not yet sealed, so that the
 * death of the daemon kills no container; and the daemon's side of it.
 *
 * <p>The process knows nothing of what it holds: names, and descriptors under each. When the daemon
 * is gone it starts the next one; when none serves for too long it lets go of everything, by which
 * the kernel ends the mounts, so that nobody hangs for ever.
 */
@NullMarked
package ctrenc.overlay.keeper;

import org.jspecify.annotations.NullMarked;
