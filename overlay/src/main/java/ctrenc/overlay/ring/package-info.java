/**
 * The write ring: what a root acknowledged and did not seal yet, and which files are open, in
 * memory that outlives the process.
 */
@NullMarked
package ctrenc.overlay.ring;

import org.jspecify.annotations.NullMarked;
