package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened one after the other. Not thread-safe. */
final class Resources implements AutoCloseable {

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T resource) {
    opened.push(resource);
    return resource;
  }

  /** Closes everything in the reverse order of opening, also if some of it fails. */
  @Override
  public void close() throws IOException {
    IOException failure = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure = new IOException("The store was not closed cleanly.");
        }
        failure.addSuppressed(e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
