package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.HostFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes host files to the kernel, as long as they are the ones that were indexed. Thread-safe. */
final class FilePasser {

  private static final Logger LOG = LoggerFactory.getLogger(FilePasser.class);

  private final FileSystem fileSystem;
  private final BackingTable table;

  FilePasser(FileSystem fileSystem, BackingTable table) {
    this.fileSystem = fileSystem;
    this.table = table;
  }

  /** Passes a file that is not passed yet; false if that cannot be. */
  boolean begin(long inode, FileOpens opens) {
    try (HostFile file = hostFile(inode).orElse(null)) {
      int backing = file == null ? BackingTable.NONE : table.add(file.descriptor());
      if (file == null || backing == BackingTable.NONE) {
        return false;
      }
      if (!opens.beginToPass(inode, backing, file.fingerprint(), file.size())) {
        table.remove(backing);
        return false;
      }
      return true;
    } catch (IOException e) {
      throw notClosed(inode, e);
    }
  }

  /** Whether the file that is passed still has all bytes of the inode. */
  boolean isStill(long inode, FileOpens opens) {
    try (HostFile file = hostFile(inode).orElse(null)) {
      return file != null && file.fingerprint() == opens.fingerprint();
    } catch (IOException e) {
      throw notClosed(inode, e);
    }
  }

  /** What cannot be had is served: its readers are told why. */
  private Optional<HostFile> hostFile(long inode) {
    try {
      return fileSystem.hostFile(inode);
    } catch (ErrnoException e) {
      LOG.atDebug().addKeyValue("inode", inode).setCause(e).log("A host file cannot be had");
      return Optional.empty();
    }
  }

  private static UncheckedIOException notClosed(long inode, IOException e) {
    return new UncheckedIOException("The host file of inode " + inode + " was not closed", e);
  }
}
