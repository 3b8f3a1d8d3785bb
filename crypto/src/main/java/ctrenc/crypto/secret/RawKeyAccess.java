package ctrenc.crypto.secret;

/**
 * The token without which nobody reads the bytes of a {@link Secret}. Searching for {@code
 * RawKeyAccess.grant} finds every place that does (the habit is tink's {@code
 * InsecureSecretKeyAccess}).
 */
public final class RawKeyAccess {

  private static final RawKeyAccess GRANTED = new RawKeyAccess();

  private RawKeyAccess() {}

  /**
   * The caller promises to wipe what it reads and to let none of it reach a log, a label or a
   * longer-lived object.
   */
  public static RawKeyAccess grant() {
    return GRANTED;
  }
}
