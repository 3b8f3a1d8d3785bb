/** What a process has around it: standard streams, environment, clock, terminal. */
@NullMarked
package ctrenc.cli.io;

import org.jspecify.annotations.NullMarked;
