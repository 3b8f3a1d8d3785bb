package ctrenc.crypto.record;

/**
 * A record session has used up its nonces. The layer must be opened anew, which starts a session
 * with a fresh key.
 */
public final class SessionExhaustedException extends IllegalStateException {

  SessionExhaustedException() {
    super("the record session has sealed as many records as its key allows");
  }
}
