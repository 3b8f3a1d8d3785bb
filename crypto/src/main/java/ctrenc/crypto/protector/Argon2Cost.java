package ctrenc.crypto.protector;

/**
 * How dear a guess at a passphrase is (Argon2id, RFC 9106). Stored beside what it protects, so it
 * may be raised for new passphrases.
 *
 * @param memoryKib memory of one attempt, in KiB, from the Java heap: at least 8 per lane, at most
 *     {@link #MAX_MEMORY_KIB}
 * @param passes over that memory, 1 to {@link #MAX_PASSES}
 * @param lanes 1 to {@link #MAX_LANES}
 */
public record Argon2Cost(int memoryKib, int passes, int lanes) {

  // A forged slot must not be able to exhaust the daemon.
  public static final int MAX_MEMORY_KIB = 1 << 20;
  public static final int MAX_PASSES = 64;
  public static final int MAX_LANES = 64;

  /** RFC 9106, section 4, the second recommended option: 64 MiB, 3 passes, 4 lanes. */
  public static final Argon2Cost STANDARD = new Argon2Cost(64 * 1024, 3, 4);

  private static final int MIN_KIB_PER_LANE = 8;

  public Argon2Cost {
    if (!isSound(memoryKib, passes, lanes)) {
      throw new IllegalArgumentException(
          "Argon2id cost out of bounds: "
              + memoryKib
              + " KiB, "
              + passes
              + " passes, "
              + lanes
              + " lanes");
    }
  }

  static boolean isSound(int memoryKib, int passes, int lanes) {
    return lanes >= 1
        && lanes <= MAX_LANES
        && passes >= 1
        && passes <= MAX_PASSES
        && memoryKib >= MIN_KIB_PER_LANE * lanes
        && memoryKib <= MAX_MEMORY_KIB;
  }
}
