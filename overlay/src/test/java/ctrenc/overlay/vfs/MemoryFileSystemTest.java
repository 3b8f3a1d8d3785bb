package ctrenc.overlay.vfs;

class MemoryFileSystemTest extends FileSystemContract {

  @Override
  protected FileSystem create() {
    return new MemoryFileSystem();
  }
}
