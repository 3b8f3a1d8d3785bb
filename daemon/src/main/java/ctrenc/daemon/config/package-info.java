/** What the daemon is told from outside, and where it puts what it keeps. */
@NullMarked
package ctrenc.daemon.config;

import org.jspecify.annotations.NullMarked;
