package ctrenc.daemon.rpc;

import io.grpc.Attributes;
import java.util.Set;

/**
 * Who is at the other end of a connection, as the kernel says (SO_PEERCRED of unix(7)); {@code
 * groups} is the primary group, and more where the kernel knows them.
 */
record PeerCredentials(int pid, int uid, Set<Integer> groups) {

  /** Where a connection's credentials are among its attributes. */
  static final Attributes.Key<PeerCredentials> ATTRIBUTE =
      Attributes.Key.create("ctrenc.peer-credentials");
}
