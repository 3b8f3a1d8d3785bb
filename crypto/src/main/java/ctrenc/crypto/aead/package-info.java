/**
 * Seal and open with explicit nonce and bound data; for the packages {@code extent}, {@code record}
 * and {@code wrap} alone.
 */
@NullMarked
package ctrenc.crypto.aead;

import org.jspecify.annotations.NullMarked;
