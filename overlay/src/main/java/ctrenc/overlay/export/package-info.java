/** Raw streams of layers, and whatever else moves ciphertext without keys. */
@NullMarked
package ctrenc.overlay.export;

import org.jspecify.annotations.NullMarked;
