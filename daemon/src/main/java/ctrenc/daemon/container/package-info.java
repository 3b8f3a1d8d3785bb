/** Containers: their roots, their processes, their lifecycle and events. */
@NullMarked
package ctrenc.daemon.container;

import org.jspecify.annotations.NullMarked;
