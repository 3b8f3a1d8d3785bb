package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;

/** Opens a member's filesystem. */
interface Opening {
  FileSystem open(Member member) throws ErrnoException;
}
