/** Append-only segment files and their envelope. */
@NullMarked
package ctrenc.overlay.segment;

import org.jspecify.annotations.NullMarked;
