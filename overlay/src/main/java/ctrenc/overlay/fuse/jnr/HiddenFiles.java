package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Open files that have lost their name. libfuse, which knows files by their paths alone, renames
 * one instead of removing it while it is open, and removes it after its last close. Here it loses
 * its name at once, and libfuse's name for it is known to nobody else. Each has one reference.
 * Thread-safe.
 */
final class HiddenFiles {

  /** As libfuse 2.9 makes them: {@code .fuse_hidden%08x%08x}. */
  private static final Name PREFIX = Name.of(".fuse_hidden");

  private static final int LENGTH = 28;

  private final FileSystem fileSystem;
  private final Map<Name, Long> inodes = new ConcurrentHashMap<>();

  HiddenFiles(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /** Whether libfuse may have made this name. */
  static boolean isHiding(Name name) {
    return name.length() == LENGTH && name.startsWith(PREFIX);
  }

  /** Takes over a reference to an inode that goes by {@code name} from now on. */
  void add(Name name, long inode) {
    inodes.put(name, inode);
  }

  OptionalLong inodeOf(Name name) {
    Long inode = isHiding(name) ? inodes.get(name) : null;
    return inode == null ? OptionalLong.empty() : OptionalLong.of(inode);
  }

  /** Gives back the reference of what goes by {@code name}; false if nothing does. */
  boolean remove(Name name) {
    Long inode = isHiding(name) ? inodes.remove(name) : null;
    if (inode == null) {
      return false;
    }
    fileSystem.forget(inode, 1);
    return true;
  }

  /**
   * The same for an inode that was closed for the last time: libfuse no longer knows the name where
   * the directory is gone too.
   */
  void forget(long inode) {
    if (!inodes.isEmpty() && inodes.values().remove(inode)) {
      fileSystem.forget(inode, 1);
    }
  }
}
