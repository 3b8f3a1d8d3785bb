/**
 * Tests on the real thing: FUSE mounts, runc, a Debian tree, crashes. They need root and carry the
 * tag "kernel".
 */
@NullMarked
package ctrenc.e2e.kernel;

import org.jspecify.annotations.NullMarked;
