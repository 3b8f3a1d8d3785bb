/** Programs in the foreground of the caller: streams, signals, terminal, exit code. */
@NullMarked
package ctrenc.cli.process;

import org.jspecify.annotations.NullMarked;
