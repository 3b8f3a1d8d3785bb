/** The daemon: configuration, gRPC services, containers, images and keys. */
@NullMarked
package ctrenc.daemon;

import org.jspecify.annotations.NullMarked;
