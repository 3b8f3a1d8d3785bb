/**
 * The gRPC server on a unix socket and its thin services: who calls, what is asked, how failures
 * are said.
 */
@NullMarked
package ctrenc.daemon.rpc;

import org.jspecify.annotations.NullMarked;
