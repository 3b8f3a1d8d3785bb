package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.vfs.ChangeWatcher;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets the kernel forget what changed without it. Thread-safe. */
record KernelWatcher(Notifier notifier) implements ChangeWatcher {

  private static final Logger LOG = LoggerFactory.getLogger(KernelWatcher.class);

  @Override
  public void entryChanged(long parent, Name name) {
    tell(parent, () -> notifier.invalidateEntry(parent, name));
  }

  @Override
  public void inodeChanged(long inode) {
    tell(inode, () -> notifier.invalidateInode(inode, 0, 0));
  }

  private static void tell(long inode, Message message) {
    try {
      message.send();
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("inode", inode)
          .setCause(e)
          .log("The kernel could not be told of a change");
    }
  }

  /** What the kernel is told. */
  @FunctionalInterface
  private interface Message {
    void send() throws IOException;
  }
}
