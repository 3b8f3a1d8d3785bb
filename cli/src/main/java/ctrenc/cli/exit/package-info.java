/** How a call of the command line ends: exit codes and plain sentences. */
@NullMarked
package ctrenc.cli.exit;

import org.jspecify.annotations.NullMarked;
