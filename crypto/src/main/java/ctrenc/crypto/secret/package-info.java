/**
 * Key bytes as a type: off-heap, wiped on close, never printed; raw access needs a searchable
 * token.
 */
@NullMarked
package ctrenc.crypto.secret;

import org.jspecify.annotations.NullMarked;
