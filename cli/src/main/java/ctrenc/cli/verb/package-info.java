/** One class per verb; each knows its options and what it asks of the daemon. */
@NullMarked
package ctrenc.cli.verb;

import org.jspecify.annotations.NullMarked;
