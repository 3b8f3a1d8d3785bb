package ctrenc.cli.verb;

import org.jspecify.annotations.Nullable;

/**
 * Tells how to go on with what takes long, if it ends before its end: by a failure, or by a signal
 * that ends the process.
 */
final class Interruption implements AutoCloseable {
  private final Session session;
  private final String command;
  private final Thread onExit = new Thread(this::tell);
  private volatile @Nullable String position;

  /**
   * @param command what is to be said, up to the position
   */
  Interruption(Session session, String command) {
    this.session = session;
    this.command = command;
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  void reached(String now) {
    position = now;
  }

  void done() {
    position = null;
  }

  private void tell() {
    String reached = position;
    if (reached != null) {
      session.surroundings().note("to go on from here: " + command + reached);
      position = null;
    }
  }

  @Override
  public void close() {
    tell();
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // The process is ending: the hook has run, or runs now.
      position = null;
    }
  }
}
