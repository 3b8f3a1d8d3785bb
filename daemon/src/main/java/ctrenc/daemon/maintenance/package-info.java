/** What a daemon that was killed left behind, and the audit log. */
@NullMarked
package ctrenc.daemon.maintenance;

import org.jspecify.annotations.NullMarked;
