/** HKDF-SHA512 with an append-only list of purposes; the keys of a layer. */
@NullMarked
package ctrenc.crypto.kdf;

import org.jspecify.annotations.NullMarked;
