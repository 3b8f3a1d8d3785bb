package ctrenc.overlay.subvolume;

/** What a name should lead to. Its bytes are not changed. */
sealed interface HeldObject {

  /**
   * A file.
   *
   * @param note the value of its attribute {@code user.note}; empty for none
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record File(byte[] bytes, String note) implements HeldObject {

    File with(byte[] other) {
      return new File(other, note);
    }
  }

  /** A symbolic link. */
  record Link(String target) implements HeldObject {}
}
