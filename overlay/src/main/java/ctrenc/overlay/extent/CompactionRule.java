package ctrenc.overlay.extent;

/**
 * Which segment files are rewritten: those of which more is dead than lives, if enough is.
 *
 * @param leastDead bytes that must be dead in a file
 */
public record CompactionRule(long leastDead) {

  /** Whatever is mostly dead. */
  public static CompactionRule asked() {
    return new CompactionRule(1);
  }

  /** What is worth the work although nobody asked for it. */
  public static CompactionRule unasked() {
    return new CompactionRule(64L << 20);
  }
}
