/** Write-once extents: allocate, write, read, share, free; the location map. */
@NullMarked
package ctrenc.overlay.extent;

import org.jspecify.annotations.NullMarked;
