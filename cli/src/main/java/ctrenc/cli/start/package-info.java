/** Starts the daemon and waits until it answers. */
@NullMarked
package ctrenc.cli.start;

import org.jspecify.annotations.NullMarked;
