/** What opens roots on this machine, and the erasing of what closed ones leave in memory. */
@NullMarked
package ctrenc.daemon.key;

import org.jspecify.annotations.NullMarked;
