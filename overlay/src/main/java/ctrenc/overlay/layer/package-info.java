/**
 * Layers, plain and encrypted: records over the metadata store, bytes in extents, and the index of
 * image trees.
 */
@NullMarked
package ctrenc.overlay.layer;

import org.jspecify.annotations.NullMarked;
