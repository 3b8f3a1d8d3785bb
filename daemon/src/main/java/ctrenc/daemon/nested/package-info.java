/**
 * Containers in containers: for each container with nesting a socket of its own, and the nested
 * subvolumes on which its processes run others.
 */
@NullMarked
package ctrenc.daemon.nested;

import org.jspecify.annotations.NullMarked;
