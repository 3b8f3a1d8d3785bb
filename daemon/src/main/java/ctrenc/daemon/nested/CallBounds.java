package ctrenc.daemon.nested;

/** What bounds the calls in one container, to whatever scope in it they come. Thread-safe. */
public record CallBounds(CallTurns turns, ConnectionLimit connections) {

  /** Of a container in which nobody has called yet. */
  static CallBounds fresh() {
    return new CallBounds(new CallTurns(), new ConnectionLimit());
  }
}
