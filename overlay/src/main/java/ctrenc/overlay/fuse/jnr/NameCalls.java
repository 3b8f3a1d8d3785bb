package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import jnr.ffi.Pointer;

/** Makes, removes and moves the entries that paths name. Thread-safe. */
final class NameCalls {

  private final FileSystem fileSystem;
  private final Paths paths;
  private final HiddenFiles hidden;
  private final OpenHandles handles;

  NameCalls(FileSystem fileSystem, Paths paths, HiddenFiles hidden, OpenHandles handles) {
    this.fileSystem = fileSystem;
    this.paths = paths;
    this.hidden = hidden;
    this.handles = handles;
  }

  /** {@code device} is as the kernel sent it, in 32 bits. */
  int makeNode(Asker asker, Pointer path, int mode, long device) throws ErrnoException {
    try (Place place = paths.place(path)) {
      return forget(
          fileSystem.mknod(
              asker.caller(), place.parent(), place.name(), mode, asker.umask(), (int) device));
    }
  }

  int makeDirectory(Asker asker, Pointer path, int mode) throws ErrnoException {
    try (Place place = paths.place(path)) {
      return forget(
          fileSystem.mkdir(asker.caller(), place.parent(), place.name(), mode, asker.umask()));
    }
  }

  int makeSymlink(Caller caller, Pointer target, Pointer path) throws ErrnoException {
    try (Place place = paths.place(path)) {
      return forget(fileSystem.symlink(caller, place.parent(), place.name(), Paths.bytes(target)));
    }
  }

  int link(Caller caller, Pointer path, Pointer newPath) throws ErrnoException {
    try (Found found = paths.find(path);
        Place place = paths.place(newPath)) {
      return forget(fileSystem.link(caller, found.inode(), place.parent(), place.name()));
    }
  }

  /** Nobody holds what was made: the kernel's reference is libfuse's affair. */
  private int forget(Attributes made) {
    fileSystem.forget(made.inode(), 1);
    return 0;
  }

  int unlink(Caller caller, Pointer path) throws ErrnoException {
    if (hidden.remove(Paths.lastName(path))) {
      return 0;
    }
    try (Place place = paths.place(path)) {
      fileSystem.unlink(caller, place.parent(), place.name());
    }
    return 0;
  }

  int removeDirectory(Caller caller, Pointer path) throws ErrnoException {
    try (Place place = paths.place(path)) {
      fileSystem.rmdir(caller, place.parent(), place.name());
    }
    return 0;
  }

  int rename(Caller caller, Pointer path, Pointer newPath) throws ErrnoException {
    if (HiddenFiles.isHiding(Paths.lastName(newPath)) && hide(caller, path, newPath)) {
      return 0;
    }
    try (Place from = paths.place(path);
        Place to = paths.place(newPath)) {
      fileSystem.rename(caller, from.parent(), from.name(), to.parent(), to.name(), 0);
    }
    return 0;
  }

  /** Removes the name of an open file, in place of the rename by which libfuse would keep it. */
  private boolean hide(Caller caller, Pointer path, Pointer newPath) throws ErrnoException {
    Name name = Paths.lastName(newPath);
    try (Place place = paths.place(path)) {
      Found found = paths.child(place.parent(), place.name());
      boolean isHidden = false;
      try {
        if (handles.isOpen(found.inode())) {
          fileSystem.unlink(caller, place.parent(), place.name());
          hidden.add(name, found.inode());
          isHidden = true;
        }
        return isHidden;
      } finally {
        if (!isHidden) {
          found.close();
        }
      }
    }
  }
}
