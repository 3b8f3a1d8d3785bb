/** Stand-ins for the store and the transport, for tests of the daemon alone. */
@NullMarked
package ctrenc.daemon.fake;

import org.jspecify.annotations.NullMarked;
