/**
 * The kernel's own FUSE protocol, spoken without libfuse; handlers know nothing of the channel that
 * carries their requests.
 *
 * <p>A request's way: a {@link ctrenc.overlay.fuse.kernel.Channel} fills a {@link
 * ctrenc.overlay.fuse.kernel.Request}, the {@link ctrenc.overlay.fuse.kernel.Dispatcher} finds the
 * {@link ctrenc.overlay.fuse.kernel.Handler} of its operation, the handler asks the filesystem and
 * fills a {@link ctrenc.overlay.fuse.kernel.Reply}, the channel sends it.
 *
 * <p>No code of this package may touch a path inside a mount it serves from a thread that answers
 * requests: the kernel would wait for that very thread.
 */
@NullMarked
package ctrenc.overlay.fuse.kernel;

import org.jspecify.annotations.NullMarked;
