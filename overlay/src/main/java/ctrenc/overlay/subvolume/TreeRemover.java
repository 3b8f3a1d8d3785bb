package ctrenc.overlay.subvolume;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.DirectoryEntry;
import ctrenc.overlay.sys.DirectoryReader;
import ctrenc.overlay.sys.Entries;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.nio.file.Path;

/** Removes a directory with all it holds, whatever its names; follows no link. Stateless. */
public final class TreeRemover {

  private TreeRemover() {}

  /** An absent directory is fine, and so is whatever goes by itself meanwhile. */
  public static void remove(Path tree) throws IOException {
    Path parent = tree.toAbsolutePath().getParent();
    Path name = tree.getFileName();
    if (parent == null || name == null) {
      throw new IllegalArgumentException("no directory to be removed: " + tree);
    }
    try (Descriptor directory = FileOpener.open(parent, OpenFlag.DIRECTORY)) {
      removeDirectory(directory, FileOpener.bytesOf(name));
    } catch (SystemCallException e) {
      requireGone(e);
    }
  }

  private static void removeDirectory(Descriptor parent, byte[] name) throws SystemCallException {
    int flags = OpenFlag.DIRECTORY | OpenFlag.NO_FOLLOW;
    try {
      try (Descriptor directory = FileOpener.open(parent, name, flags, 0)) {
        for (DirectoryEntry entry : DirectoryReader.list(directory)) {
          removeEntry(directory, entry.name());
        }
      }
      Entries.removeDirectory(parent, name);
    } catch (SystemCallException e) {
      requireGone(e);
    }
  }

  private static void removeEntry(Descriptor directory, byte[] name) throws SystemCallException {
    try {
      Entries.unlink(directory, name);
    } catch (SystemCallException e) {
      if (e.is(ErrorNumber.EISDIR)) {
        removeDirectory(directory, name);
      } else {
        requireGone(e);
      }
    }
  }

  /** Somebody else may remove the same meanwhile. */
  private static void requireGone(SystemCallException e) throws SystemCallException {
    if (!e.is(ErrorNumber.ENOENT)) {
      throw e;
    }
  }
}
