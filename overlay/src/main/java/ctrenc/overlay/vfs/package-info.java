/** The interface by inode that transports call, with errno as a type. */
@NullMarked
package ctrenc.overlay.vfs;

import org.jspecify.annotations.NullMarked;
