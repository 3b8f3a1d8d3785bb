package ctrenc.overlay.extent;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.storage.DamagedException;

/**
 * What was found at an extent's place is not the extent; turned into a finding and an answer once.
 */
public final class ExtentFault extends Exception {

  private static final long serialVersionUID = 1L;

  private final Finding.Kind kind;
  private final String reason;

  ExtentFault(Finding.Kind kind, String reason) {
    super(reason);
    this.kind = kind;
    this.reason = reason;
  }

  ExtentFault(Finding.Kind kind, String reason, Throwable cause) {
    super(reason, cause);
    this.kind = kind;
    this.reason = reason;
  }

  static ExtentFault damaged(DamagedException e) {
    return new ExtentFault(Finding.Kind.DAMAGED, String.valueOf(e.getMessage()), e);
  }

  String reason() {
    return reason;
  }

  public Finding.Kind kind() {
    return kind;
  }
}
