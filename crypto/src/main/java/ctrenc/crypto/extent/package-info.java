/** Extent key and commitment from layer key and extent nonce; the chunk cipher. */
@NullMarked
package ctrenc.crypto.extent;

import org.jspecify.annotations.NullMarked;
