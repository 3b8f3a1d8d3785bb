/**
 * Uses a root of its own once the daemon is up, so that the VM has compiled what roots need before
 * people come.
 */
@NullMarked
package ctrenc.daemon.rehearsal;

import org.jspecify.annotations.NullMarked;
