package ctrenc.overlay.union;

import ctrenc.overlay.vfs.FileSystemUsage;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The usage of the disk that a directory lies on. Inodes are records, of which there are as many as
 * there is room for.
 */
public record DirectoryUsage(Path directory) implements DiskUsage {

  private static final int BLOCK = 4096;

  @Override
  public FileSystemUsage usage() throws IOException {
    FileStore disk = Files.getFileStore(directory);
    long blocks = disk.getTotalSpace() / BLOCK;
    long free = disk.getUnallocatedSpace() / BLOCK;
    long available = disk.getUsableSpace() / BLOCK;
    return new FileSystemUsage(BLOCK, blocks, free, available, blocks, free, Name.MAX_LENGTH);
  }
}
