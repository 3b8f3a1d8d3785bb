package ctrenc.overlay.union;

import ctrenc.overlay.vfs.FileSystemUsage;
import java.io.IOException;

/** Tells how full the disk is that takes a filesystem's bytes. Thread-safe. */
@FunctionalInterface
public interface DiskUsage {
  FileSystemUsage usage() throws IOException;
}
