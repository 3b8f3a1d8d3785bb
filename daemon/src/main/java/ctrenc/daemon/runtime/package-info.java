/**
 * What the OCI runtime is told: the bundle of a container, and the command lines that execute it.
 */
@NullMarked
package ctrenc.daemon.runtime;

import org.jspecify.annotations.NullMarked;
