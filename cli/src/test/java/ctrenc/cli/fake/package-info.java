/** A daemon for tests: the real services over a real unix socket, with nothing behind them. */
@NullMarked
package ctrenc.cli.fake;

import org.jspecify.annotations.NullMarked;
