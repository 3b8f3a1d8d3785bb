/**
 * Merges a stack of layers into one filesystem: lookup, copy-up, rename, whiteouts, link counts,
 * orphans.
 */
@NullMarked
package ctrenc.overlay.union;

import org.jspecify.annotations.NullMarked;
