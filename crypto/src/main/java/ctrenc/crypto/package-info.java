/** Keys and sealing: no files, no threads, no logging. */
@NullMarked
package ctrenc.crypto;

import org.jspecify.annotations.NullMarked;
