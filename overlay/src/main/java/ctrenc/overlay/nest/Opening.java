package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import java.util.UUID;

/** Opens a member's filesystem. */
interface Opening {
  FileSystem open(UUID id) throws ErrnoException;
}
