package ctrenc.overlay.union;

import ctrenc.overlay.vfs.ErrnoException;

/**
 * One open of a file. It remembers which failures of sealing it has told its user of. Thread-safe.
 */
final class FileHandle {

  private final Node node;
  private int told;

  FileHandle(Node node) {
    this.node = node;
    FileContent content = node.knownContent();
    this.told = content == null ? 0 : content.failure().count();
  }

  Node node() {
    return node;
  }

  /** Fails once for what could not be sealed since this was last asked. */
  synchronized void report() throws ErrnoException {
    FileContent content = node.knownContent();
    FileContent.Failure failure = content == null ? null : content.failure();
    if (failure != null && failure.count() != told) {
      told = failure.count();
      throw new ErrnoException(failure.errno());
    }
  }
}
