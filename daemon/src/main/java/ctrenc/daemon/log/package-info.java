/** Log lines of constant text with named facts. */
@NullMarked
package ctrenc.daemon.log;

import org.jspecify.annotations.NullMarked;
