package ctrenc.daemon.nested;

import ctrenc.proto.v1.QuotaRequest;
import ctrenc.proto.v1.QuotaResponse;
import java.io.IOException;

/**
 * What is nested in a container's root uses and may use, for a caller inside whom somebody has
 * found to own it: the reference in a request is not looked at. Thread-safe.
 */
@FunctionalInterface
public interface NestedQuotas {
  /** The subvolume, then what is nested in it, after the limits are set that the request has. */
  QuotaResponse quota(NestedKeys.Owned subvolume, QuotaRequest request) throws IOException;
}
