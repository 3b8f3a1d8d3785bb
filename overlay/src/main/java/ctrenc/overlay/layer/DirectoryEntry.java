package ctrenc.overlay.layer;

import ctrenc.overlay.vfs.Name;

/**
 * A name in a directory of one layer: it leads to an inode, or it is a whiteout that hides the name
 * in the layers below.
 */
public sealed interface DirectoryEntry {

  Name name();

  /** {@code type} is {@link ctrenc.overlay.vfs.FileMode#direntType}. */
  record Child(Name name, long inode, int type) implements DirectoryEntry {}

  record Whiteout(Name name) implements DirectoryEntry {}
}
