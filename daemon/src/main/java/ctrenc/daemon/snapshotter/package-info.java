/** containerd's snapshots: what they are, the trees and roots behind them, and their policies. */
@NullMarked
package ctrenc.daemon.snapshotter;

import org.jspecify.annotations.NullMarked;
