/** Shows a filesystem at a mount point through the kernel's FUSE, by one of several transports. */
@NullMarked
package ctrenc.overlay.fuse;

import org.jspecify.annotations.NullMarked;
