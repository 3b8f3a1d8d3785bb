/** Verifies what is stored, with and without keys; findings are values. */
@NullMarked
package ctrenc.overlay.scrub;

import org.jspecify.annotations.NullMarked;
