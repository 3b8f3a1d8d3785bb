package ctrenc.overlay.audit;

/**
 * Takes findings as they are met while serving. Thread-safe, never blocks for long, never throws.
 */
@FunctionalInterface
public interface Audit {
  void report(Finding finding);
}
