/** The machine key, the first of the protectors. */
@NullMarked
package ctrenc.daemon.key;

import org.jspecify.annotations.NullMarked;
