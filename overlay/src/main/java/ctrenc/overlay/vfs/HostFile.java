package ctrenc.overlay.vfs;

import java.io.IOException;

/**
 * An open file of the host that has all bytes of one of our files, so that the kernel can read them
 * there by itself. Thread-safe.
 */
public interface HostFile extends AutoCloseable {

  /** Its number in this process, valid until {@link #close}. */
  int descriptor();

  long size();

  /** A number that another file, or this one after a change, does not have in all likelihood. */
  long fingerprint();

  @Override
  void close() throws IOException;
}
