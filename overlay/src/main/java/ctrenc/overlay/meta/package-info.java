/** The metadata store: ordered key-value tables with atomic batches. */
@NullMarked
package ctrenc.overlay.meta;

import org.jspecify.annotations.NullMarked;
