/** What is true of the daemon as a whole. */
@NullMarked
package ctrenc.daemon.health;

import org.jspecify.annotations.NullMarked;
