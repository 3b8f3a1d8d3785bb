/**
 * gRPC to the daemon over its unix socket, and the one place that turns a status into a failure.
 */
@NullMarked
package ctrenc.cli.rpc;

import org.jspecify.annotations.NullMarked;
