package ctrenc.cli.rpc;

import io.grpc.StatusException;

/** Something asked of the daemon. */
@FunctionalInterface
public interface RemoteCall<T> {
  T make() throws StatusException, InterruptedException;
}
