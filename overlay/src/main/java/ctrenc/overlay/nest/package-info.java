/**
 * Shows a root and the subvolumes nested in it as one filesystem, and the hidden directory by which
 * they are made, described and destroyed without leaving it.
 */
@NullMarked
package ctrenc.overlay.nest;

import org.jspecify.annotations.NullMarked;
