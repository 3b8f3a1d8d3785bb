package ctrenc.overlay.audit;

import java.util.Map;

/**
 * Something found wrong with what is stored, or keys of it that are gone. {@code facts} name the
 * layer, the record or extent, and the file where the name is known; never plaintext names of a
 * root.
 */
public record Finding(Kind kind, String subject, Map<String, String> facts) {

  /** What is wrong, or what was done. */
  public enum Kind {
    DAMAGED,
    MISSING,
    FOREIGN,
    STALE,
    HOST_CHANGED,
    /** Nothing is wrong: keys were destroyed, as somebody wanted. */
    ERASED
  }
}
