package ctrenc.overlay.layer;

import java.io.IOException;

/**
 * A file of an image tree on the host is no longer the one that was indexed, so its bytes are not
 * served.
 */
public final class HostFileChangedException extends IOException {

  private static final long serialVersionUID = 1L;

  public HostFileChangedException(String message) {
    super(message);
  }
}
