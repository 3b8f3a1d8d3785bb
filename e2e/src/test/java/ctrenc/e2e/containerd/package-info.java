/**
 * An unmodified containerd on this product's snapshots: imports, runs, commits, removals, crashes.
 */
@NullMarked
package ctrenc.e2e.containerd;

import org.jspecify.annotations.NullMarked;
