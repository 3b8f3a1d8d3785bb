package ctrenc.overlay.extent;

import java.io.IOException;

/**
 * No such extent is placed: its last reference went, and it was freed, after the caller had looked
 * the reference up. The caller looks it up again; if the same reference is still there, the store
 * is damaged.
 */
public final class ExtentGoneException extends IOException {

  private static final long serialVersionUID = 1L;

  public ExtentGoneException(String message) {
    super(message);
  }
}
