/** containerd's filter language: parsing and matching. */
@NullMarked
package ctrenc.daemon.snapshotter.filter;

import org.jspecify.annotations.NullMarked;
