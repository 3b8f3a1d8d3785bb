/** Key under key: a KEK wraps layer keys and the KEKs of nested subvolumes; committing. */
@NullMarked
package ctrenc.crypto.wrap;

import org.jspecify.annotations.NullMarked;
