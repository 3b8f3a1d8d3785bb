package ctrenc.daemon.nested;

import ctrenc.proto.v1.AddProtectorsRequest;
import ctrenc.proto.v1.ListProtectorsResponse;
import ctrenc.proto.v1.LockRequest;
import ctrenc.proto.v1.LockResponse;
import ctrenc.proto.v1.RemoveProtectorsRequest;
import ctrenc.proto.v1.UnlockRequest;
import java.io.IOException;

/**
 * The keys of what is nested in a container's root, for a caller inside whom somebody has found to
 * own it: the references in requests are not looked at. Thread-safe.
 */
public interface NestedKeys {

  /**
   * A nested subvolume.
   *
   * @param container the id of the container in whose root it is, at any depth
   * @param inode its root directory's number in that root
   */
  record Owned(String container, long inode) {}

  ListProtectorsResponse list(Owned subvolume) throws IOException;

  ListProtectorsResponse add(Owned subvolume, AddProtectorsRequest request) throws IOException;

  ListProtectorsResponse remove(Owned subvolume, RemoveProtectorsRequest request)
      throws IOException;

  LockResponse lock(Owned subvolume, LockRequest request) throws IOException;

  void unlock(Owned subvolume, UnlockRequest request) throws IOException;
}
