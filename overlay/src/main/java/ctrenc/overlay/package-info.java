/** The store and the filesystem: layers, their stacks, and the transports that show them. */
@NullMarked
package ctrenc.overlay;

import org.jspecify.annotations.NullMarked;
