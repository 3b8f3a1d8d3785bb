/** The command line: one class per verb, talking gRPC to the daemon. */
@NullMarked
package ctrenc.cli;

import org.jspecify.annotations.NullMarked;
