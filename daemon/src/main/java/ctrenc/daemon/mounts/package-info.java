/** What the kernel has mounted, as this process sees it. */
@NullMarked
package ctrenc.daemon.mounts;

import org.jspecify.annotations.NullMarked;
